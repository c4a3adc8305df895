import { createSandbox } from '@example/sandbox';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amount } from '../../../test/support/fuzz.ts';
import { operations } from '../../src/control/routes.ts';
import { apiRoutes } from '../../src/resources/index.ts';
import { errorBodySchema } from '../../src/utils/schemas.ts';
import { bodyOf, call } from '../support/calls.ts';
import { operation, problemsOfExchange } from '../support/contract.ts';

/** Requests to send, in both tests together. */
const runs = amount(500, 1_500);

const word = fc.oneof(
  fc.constantFrom('', ' ', 'user_123', 'proj_123', 'active', '0', '1', '2', '-1', '1e3', '99999999999999999999', 'NaN'),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const scalar = fc.oneof(
  word,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, [], {}, 'ada@example.com', 'secure_password', 'http://127.0.0.1:9/'),
);
const names = [
  'name',
  'email',
  'password',
  'description',
  'status',
  'url',
  'events',
  'event',
  'data',
  'advance',
  'times',
];
const body = fc.oneof(
  fc.constant(undefined),
  fc.dictionary(fc.oneof(fc.constantFrom(...names), word), scalar, { maxKeys: 5 }),
  {
    weight: 2,
    arbitrary: fc.record({
      name: word,
      email: fc.oneof(fc.emailAddress(), fc.constant('ada@example.com')),
      password: fc.string({ minLength: 6, maxLength: 12 }),
    }),
  },
);
const query = fc.oneof(
  fc.constant({}),
  fc.dictionary(fc.constantFrom('page', 'per_page', 'status', 'limit', 'id', 'other'), word, { maxKeys: 3 }),
);
const id = fc.oneof(fc.constantFrom('user_123', 'proj_123', 'we_123', 'del_123', 'tok_123', 'fault_1'), word);

/** Segments that the URL parser leaves alone. */
const segment = id.filter((text) => text !== '' && !/^\.+$/.test(text));

/** Sends random requests, from what is valid to what nobody would send, and checks each response. */
async function fuzz<Route extends { readonly method: string; readonly path: string }>(
  prefix: string,
  routes: readonly Route[],
  check: (route: Route, sent: { query: URLSearchParams; json: unknown }, response: Response, received: unknown) => void,
): Promise<void> {
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), segment, query, body, async (route, name, parameters, fields) => {
      const { method, path } = route;
      const sent = { query: new URLSearchParams(parameters), json: method === 'GET' ? undefined : fields };
      const sandbox = createSandbox({ projects: 3, users: 2, rateLimit: { limit: 50 } });
      const target = `${prefix}${path.replace(/:id|\{id\}/, () => encodeURIComponent(name))}?${sent.query.toString()}`;
      const response = await call(sandbox, `${method} ${target}`, sent.json === undefined ? {} : { json: sent.json });
      const received = await bodyOf(response);
      await sandbox.close();
      statuses.add(response.status);
      check(route, sent, response, received);
    }),
    { numRuns: runs / 2, seed: 17 },
  );
  // It reached both what succeeds and what fails.
  expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 404, 422]));
}

test('no random request to the API gets a response that openapi.json does not have', async () => {
  await fuzz('/v1', apiRoutes, ({ method, path }, sent, response, received) => {
    expect(problemsOfExchange(operation(method, path), sent, response, received)).toEqual([]);
  });
}, 120_000);

test('a random request to the control API succeeds as its operation says, or gets an error that is its own', async () => {
  const atOnce = operations.filter(({ path }) => !/^\/(streams|forwarding|flush)/.test(path));
  await fuzz('/__sandbox', atOnce, ({ status = 200 }, _, response, received) => {
    if (response.ok) expect(response.status).toBe(status);
    else expect([response.status < 500, errorBodySchema.safeParse(received).success]).toEqual([true, true]);
  });
}, 120_000);
