import fc from 'fast-check';
import { operations } from '../../src/control/routes.ts';
import { apiRoutes as documented } from '../../src/resources/index.ts';

/** A route to send random requests to. */
export interface Route {
  readonly method: string;
  /** Path below the base URL. Its parameter has braces. */
  readonly path: string;
  readonly hasBody: boolean;
  /** Status of a success; without it, 200. */
  readonly status?: number | undefined;
}

/** A random request to a route. */
export interface RandomRequest {
  readonly route: Route;
  readonly path: string;
  readonly query: URLSearchParams;
  /** JSON body; `undefined` for none. */
  readonly json: unknown;
}

/** The documented routes. */
export const apiRoutes: readonly Route[] = documented.map((route) => ({ ...route, hasBody: route.method === 'POST' }));

/** Those of the control API that answer at once. */
export const controlRoutes: readonly Route[] = operations
  .filter(({ path }) => !/^\/(streams|forwarding|flush)/.test(path))
  .map(({ method, path, body: accepted, status }) => ({
    method,
    path: path.replace(':id', '{id}'),
    hasBody: accepted !== undefined,
    status,
  }));

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

/** Requests to some routes: from what is valid to what nobody would send. */
export function randomRequests(routes: readonly Route[]): fc.Arbitrary<RandomRequest> {
  return fc.tuple(fc.constantFrom(...routes), segment, query, body).map(([route, name, parameters, json]) => ({
    route,
    path: route.path.replace('{id}', encodeURIComponent(name)),
    query: new URLSearchParams(parameters),
    json: route.hasBody ? json : undefined,
  }));
}
