import { createSandbox } from '@example/sandbox';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openapi } from '../../src/contract/openapi.ts';
import { controlOpenapi } from '../../src/control/openapi.ts';
import { amount } from '../../../test/support/fuzz.ts';
import { call } from '../support/calls.ts';
import { apiRoutes, controlRoutes, type RandomRequest, randomRequests } from '../support/random-requests.ts';
import { openapiValidator } from '../support/validator.ts';

/** Requests to send, in all tests together. */
const runs = amount(500, 2_500);

async function exchange(prefix: string, { method, path, query: parameters, json }: RandomRequest) {
  const sandbox = createSandbox({ projects: 3, users: 2, rateLimit: { limit: 50 } });
  const query = new URLSearchParams(parameters);
  const response = await call(
    sandbox,
    `${method} ${prefix}${path}?${query.toString()}`,
    json === undefined ? {} : { json },
  );
  const text = await response.text();
  const type = response.headers.get('content-type');
  const received: unknown = type?.startsWith('application/json') === true ? JSON.parse(text) : text;
  await sandbox.close();
  return { method, path, query, sent: json, status: response.status, type, received };
}

test.each([
  ['the API', '/v1', openapi(), apiRoutes],
  ['the control API', '/__sandbox', controlOpenapi(), controlRoutes],
] as const)(
  'no random request to %s gets a response that its OpenAPI document does not have',
  async (_, prefix, document, routes) => {
    const validator = openapiValidator(document);
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(randomRequests(routes), async (request) => {
        const made = await exchange(prefix, request);
        statuses.add(made.status);
        expect(validator.validate(made).problems).toEqual([]);
      }),
      { numRuns: runs / 2, seed: 17 },
    );
    // It reached both what succeeds and what fails.
    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 404, 422]));
  },
  120_000,
);
