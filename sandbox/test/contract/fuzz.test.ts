import { createSandbox } from '@example/sandbox';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { controlOpenapi } from '../../src/control/openapi.ts';
import { openapi } from '../../src/contract/openapi.ts';
import { operations } from '../../src/control/operations.ts';
import { call } from '../support/calls.ts';
import { openapiValidator } from '../support/validator.ts';

/** Requests to send, in all tests together: as many as an earlier run through a validating proxy. */
const runs = 2500;

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
  fc.record({ name: word, email: fc.emailAddress(), password: fc.string({ minLength: 6, maxLength: 12 }) }),
);
const query = fc.dictionary(fc.constantFrom('page', 'per_page', 'status', 'limit', 'id', 'other'), word, {
  maxKeys: 3,
});
const id = fc.oneof(fc.constantFrom('user_123', 'proj_123', 'we_123', 'del_123', 'tok_123', 'fault_1'), word);

async function exchange(
  prefix: string,
  request: {
    method: string;
    path: string;
    hasBody: boolean;
    query: Record<string, string>;
    json: unknown;
  },
) {
  const { method, path, hasBody, query: parameters, json } = request;
  const sandbox = createSandbox({ projects: 3, users: 2, rateLimit: { limit: 50 } });
  const search = new URLSearchParams(parameters);
  const canHaveBody = hasBody && json !== undefined;
  const response = await call(sandbox, `${method} ${prefix}${path}?${search.toString()}`, canHaveBody ? { json } : {});
  const text = await response.text();
  const type = response.headers.get('content-type');
  const received: unknown = type?.startsWith('application/json') === true ? JSON.parse(text) : text;
  await sandbox.close();
  return { method, path, query: search, sent: canHaveBody ? json : undefined, status: response.status, type, received };
}

/** Segments that the URL parser leaves alone. */
const isSegment = (text: string) => text !== '' && !/^\.+$/.test(text);
const at = (path: string, segment: string) => path.replace('{id}', encodeURIComponent(segment));

test.each([
  [
    'the API',
    '/v1',
    openapi(),
    [
      ['GET', '/users/{id}', false],
      ['POST', '/users', true],
      ['GET', '/projects', false],
    ],
  ],
  [
    'the control API',
    '/__sandbox',
    controlOpenapi(),
    operations
      .filter(({ path }) => !/^\/(streams|forwarding|flush)/.test(path))
      .map(({ method, path, body: accepted }) => [method, path, accepted !== undefined] as const),
  ],
] as const)(
  'no random request to %s gets a response that its OpenAPI document does not have',
  async (_, prefix, document, routes) => {
    const validator = openapiValidator(document);
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routes),
        id.filter(isSegment),
        query,
        body,
        async ([method, path, hasBody], segment, parameters, json) => {
          const made = await exchange(prefix, { method, path: at(path, segment), hasBody, query: parameters, json });
          statuses.add(made.status);
          expect(validator.validate(made).problems).toEqual([]);
        },
      ),
      { numRuns: runs / 2, seed: 17 },
    );
    // It reached both what succeeds and what fails.
    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 404, 422]));
  },
  120_000,
);
