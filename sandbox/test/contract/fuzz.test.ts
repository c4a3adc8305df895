import { createSandbox } from '@example/sandbox';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amount } from '../../../test/support/fuzz.ts';
import { errorBodySchema } from '../../src/utils/schemas.ts';
import { bodyOf, call } from '../support/calls.ts';
import { operation, problemsOfExchange } from '../support/contract.ts';
import {
  apiRoutes,
  controlRoutes,
  type RandomRequest,
  randomRequests,
  type Route,
} from '../support/random-requests.ts';

/** Requests to send, in both tests together. */
const runs = amount(500, 1_500);

/** Sends random requests, and checks each response. */
async function fuzz(
  prefix: string,
  routes: readonly Route[],
  check: (request: RandomRequest, response: Response, received: unknown) => void,
): Promise<void> {
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(randomRequests(routes), async (request) => {
      const { route, path, query, json } = request;
      const sandbox = createSandbox({ projects: 3, users: 2, rateLimit: { limit: 50 } });
      const target = `${route.method} ${prefix}${path}?${query.toString()}`;
      const response = await call(sandbox, target, json === undefined ? {} : { json });
      const received = await bodyOf(response);
      await sandbox.close();
      statuses.add(response.status);
      check(request, response, received);
    }),
    { numRuns: runs / 2, seed: 17 },
  );
  // It reached both what succeeds and what fails.
  expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 404, 422]));
}

test('no random request to the API gets a response that openapi.json does not have', async () => {
  await fuzz('/v1', apiRoutes, (request, response, received) => {
    const { method, path } = request.route;
    expect(problemsOfExchange(operation(method, path), request, response, received)).toEqual([]);
  });
}, 120_000);

test('a random request to the control API succeeds as its operation says, or gets an error that is its own', async () => {
  await fuzz('/__sandbox', controlRoutes, ({ route }, response, received) => {
    if (response.ok) expect(response.status).toBe(route.status ?? 200);
    else expect([response.status < 500, errorBodySchema.safeParse(received).success]).toEqual([true, true]);
  });
}, 120_000);
