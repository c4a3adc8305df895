import { type Exchange, statusOf, valueAt } from './exchange.ts';
import { documentedLimit, type Outgoing, type Platform, Requester, type Target } from './requester.ts';

/** What to check besides. */
export interface CheckOptions {
  /** Also uses up the budget of the token, to see how the server refuses. */
  readonly exhaust?: boolean;
}

/** There is nothing to check. The message says why. */
export class CannotCheckError extends Error {}

/** Names of the users that a check creates begin with this, and so do their emails. */
export const marker = 'example-sandbox-check';

/** One page of `GET /projects`. */
export interface Listed {
  readonly page: number;
  readonly perPage: number;
  readonly exchange: Exchange;
}

/** A request that creates a user. */
export interface Creation {
  readonly user: { readonly name: string; readonly email: string; readonly password: string };
  readonly exchange: Exchange;
}

/** All exchanges of a check. */
export type Transcript = Awaited<ReturnType<typeof converse>>;

const defaultPerPage = 20;
const origin = 'https://app.example.com';
/** No project has it. */
const unknownStatus = `${marker}-status`;
const unknownId = `user_${marker}`;

/**
 * Has every exchange that the checks judge, one after the other.
 *
 * @throws {CannotCheckError} when no server responds, or it does not accept the token.
 */
export async function converse(target: Target, platform: Platform, { exhaust = false }: CheckOptions) {
  const requester = new Requester(target, platform);
  const run = crypto.randomUUID().slice(0, 8);
  const send = (method: string, path: string, outgoing?: Outgoing) => requester.send(method, path, outgoing);
  const newUser = (number: number) => ({
    // The server has to keep every character.
    name: `${marker} Zoë 東京 🚀 ${number}`,
    email: `${marker}-${run}-${number}@example.com`,
    password: `Secure-${crypto.randomUUID()}`,
  });
  const create = async (user: Creation['user'], headers = {}): Promise<Creation> => ({
    user,
    exchange: await send('POST', '/users', { json: user, headers }),
  });
  const list = async (page: number, perPage: number, query: string): Promise<Listed> => ({
    page,
    perPage,
    exchange: await send('GET', `/projects${query}`, { headers: { Origin: origin } }),
  });
  const listPage = (page: number, perPage: number) => list(page, perPage, `?page=${page}&per_page=${perPage}`);

  const first = await list(1, defaultPerPage, '');
  requireAccess(first.exchange, target);
  const total = valueAt(first.exchange, 'meta', 'total_count');
  const lastPage = typeof total === 'number' && total > 0 ? Math.ceil(total / defaultPerPage) : 1;
  const lists = {
    first,
    sameAgain: await listPage(1, defaultPerPage),
    second: await list(2, defaultPerPage, '?page=2'),
    one: await list(1, 1, '?per_page=1'),
    pairs: [await listPage(1, 2), await listPage(2, 2)],
    fives: await listPage(2, 5),
    last: await list(lastPage, defaultPerPage, `?page=${lastPage}`),
    afterLast: await list(lastPage + 1, defaultPerPage, `?page=${lastPage + 1}`),
    largest: await listPage(1, 100),
    tooLarge: await listPage(1, 1000),
    unknownStatus: await list(1, defaultPerPage, `?status=${unknownStatus}`),
    active: await list(1, defaultPerPage, '?status=active'),
    activePage: await list(1, 1, '?status=active&per_page=1'),
  };

  const created = await create(newUser(1));
  const key = { 'Idempotency-Key': `${marker}-${run}` };
  const keyed = newUser(2);
  const users = {
    created,
    withKey: await create(keyed, key),
    repeated: await create(keyed, key),
    otherWithSameKey: await create(newUser(3), key),
    read: await readBack(created),
    readAgain: await readBack(created),
    unknown: await send('GET', `/users/${unknownId}`),
    unknownAgain: await send('GET', `/users/${unknownId}-2`),
  };
  const other = await readBack(users.withKey);

  const { name, email, password } = newUser(4);
  const rejected: Record<string, Exchange> = {};
  for (const [what, outgoing] of Object.entries({
    'an empty object': { json: {} },
    'no name': { json: { email, password } },
    'no email': { json: { name, password } },
    'no password': { json: { name, email } },
    'an email without @': { json: { name, email: 'example.com', password } },
    'a name that is a number': { json: { name: 42, email, password } },
    'invalid JSON': { body: '{"name": ' },
    'a list': { json: [{ name, email, password }] },
  })) {
    rejected[what] = await send('POST', '/users', outgoing);
  }

  const unauthorized: Record<string, Exchange> = {};
  for (const [what, method, path, outgoing] of [
    ['GET /projects without a token', 'GET', '/projects', { authorization: null }],
    ['GET /users/{id} without a token', 'GET', `/users/${unknownId}`, { authorization: null }],
    ['POST /users without a token', 'POST', '/users', { authorization: null, json: newUser(5) }],
    ['GET /projects with an unknown token', 'GET', '/projects', { authorization: `Bearer ${marker}-unknown` }],
    ['GET /projects with the token as Basic', 'GET', '/projects', { authorization: `Basic ${target.token}` }],
    ['GET /projects with an empty token', 'GET', '/projects', { authorization: 'Bearer' }],
  ] as const) {
    unauthorized[what] = await send(method, path, outgoing);
  }

  const preflight = await send('OPTIONS', '/users', {
    authorization: null,
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type',
    },
  });
  const unknownPath = await send('GET', `/${marker}-nothing`);
  const firstAgain = await list(1, defaultPerPage, '');

  return {
    target,
    lists: { ...lists, firstAgain },
    users: { ...users, other },
    rejected,
    unauthorized,
    preflight,
    unknownPath,
    exhausted: exhaust ? await exhaustBudget() : undefined,
    all: requester.exchanges,
  };

  async function readBack({ exchange }: Creation): Promise<Exchange | undefined> {
    const id = valueAt(exchange, 'id');
    return typeof id === 'string' && id !== '' ? send('GET', `/users/${encodeURIComponent(id)}`) : undefined;
  }

  /** Sends requests until one is refused. More than those of two windows must have exceeded one of them. */
  async function exhaustBudget(): Promise<{ readonly sent: number; readonly last: Exchange }> {
    for (let sent = 1; ; sent += 1) {
      const last = await requester.sendNow('GET', `/users/${unknownId}`);
      if (statusOf(last) === 429 || statusOf(last) === 0 || sent > 2 * documentedLimit) return { sent, last };
    }
  }
}

function requireAccess(exchange: Exchange, { baseUrl }: Target): void {
  if (exchange.answer === undefined) {
    throw new CannotCheckError(`No server responds at ${baseUrl}: ${String(exchange.error)}`);
  }
  if (statusOf(exchange) === 401) throw new CannotCheckError(`${baseUrl} does not accept the token (401).`);
}
