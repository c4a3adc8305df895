import { createSandbox } from '@example/sandbox';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amount } from '../../../test/support/fuzz.ts';
import { apiRoutes } from '../../src/resources/index.ts';
import { bodyOf, call } from '../support/calls.ts';
import { operation, problemsOfExchange } from '../support/contract.ts';

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
const names = 'name email password description status url events event data advance times'.split(' ');
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

// test/api/bad-input.test.ts has what nobody would send, to the control API and the dashboard as well.
test('no random request gets a response that openapi.json does not have, or is refused although it allows it', async () => {
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...apiRoutes), segment, query, body, async (route, name, parameters, fields) => {
      const { method, path } = route;
      const sent = { query: new URLSearchParams(parameters), json: method === 'GET' ? undefined : fields };
      const sandbox = createSandbox({ projects: 3, users: 2, rateLimit: { limit: 50 } });
      const target = `/v1${path.replace('{id}', () => encodeURIComponent(name))}?${sent.query.toString()}`;
      const response = await call(sandbox, `${method} ${target}`, sent.json === undefined ? {} : { json: sent.json });
      const received = await bodyOf(response);
      await sandbox.close();
      statuses.add(response.status);
      expect(problemsOfExchange(operation(method, path), sent, response, received)).toEqual([]);
    }),
    { numRuns: amount(250, 750), seed: 17 },
  );
  // It reached both what succeeds and what fails.
  expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 404, 422]));
}, 120_000);
