import { createSandbox } from '@example/sandbox';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openapi } from '../../src/contract/openapi.ts';
import { controlOpenapi } from '../../src/control/openapi.ts';
import { amount } from '../../../test/support/fuzz.ts';
import { call } from '../support/calls.ts';
import { apiRoutes, controlRoutes, randomRequests } from '../support/random-requests.ts';
import { bodyOf, openapiValidator } from '../support/validator.ts';

/** Requests to send, in all tests together. */
const runs = amount(500, 1_500);

test.each([
  ['the API', '/v1', openapi(), apiRoutes],
  ['the control API', '/__sandbox', controlOpenapi(), controlRoutes],
] as const)(
  'no random request to %s gets a response that its OpenAPI document does not have',
  async (_, prefix, document, routes) => {
    const validator = openapiValidator(document);
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(randomRequests(routes), async ({ method, path, query, json }) => {
        const target = `${path}?${new URLSearchParams(query).toString()}`;
        const sandbox = createSandbox({ projects: 3, users: 2, rateLimit: { limit: 50 } });
        const response = await call(sandbox, `${method} ${prefix}${target}`, json === undefined ? {} : { json });
        const received = await bodyOf(response);
        await sandbox.close();
        statuses.add(response.status);
        const exchange = { request: `${method} ${target}`, sent: json, response, received };
        expect(validator.validate(exchange).problems).toEqual([]);
      }),
      { numRuns: runs / 2, seed: 17 },
    );
    // It reached both what succeeds and what fails.
    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 404, 422]));
  },
  120_000,
);
