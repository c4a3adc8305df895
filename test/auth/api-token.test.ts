import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AuthenticationError, type ApiTokenContext } from '@example/sdk';
import { clientOf, rejection, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi, replying } from '../support/in-process-api.ts';
import { passTime, settled, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

type Token = string | Promise<string>;
const never = new Promise<never>(() => undefined);
const sealed = () => Promise.reject(new Error('The vault is sealed.'));

/** An API that accepts one token. */
const guarded = (accepted: string, status = 401) =>
  replying(({ init }) =>
    init.headers['authorization'] === `Bearer ${accepted}` ? Response.json(user) : errorResponse(status),
  );

/** A token function that keeps its token until it is rejected, then renews it with each of these functions in turn. */
const renewing = (...renewals: (() => Token)[]) => {
  let token: Token = 'token-1';
  return vi.fn(async ({ rejectedToken }: ApiTokenContext) => {
    if (rejectedToken === undefined) return token;
    const renewed = await (renewals.length > 1 ? renewals.shift()! : renewals[0]!)();
    return renewed === '' ? renewed : (token = renewed);
  });
};

/** The rejected tokens that a function was called with. */
const rejectedBy = ({ mock }: { mock: { calls: [ApiTokenContext][] } }) =>
  mock.calls.map(([{ rejectedToken }]) => rejectedToken).filter((token) => token !== undefined);

const sentBy = ({ requests }: ReturnType<typeof replying>) => requests.map(({ init }) => init.headers['authorization']);

describe('a token function', () => {
  it('is called for each attempt, and may return a promise', async () => {
    const api = replying(500, 200);
    let version = 0;
    const next = () => `token-${++version}`;
    const { users } = clientOf(api, { apiToken: () => (version % 2 ? Promise.resolve(next()) : next()) });
    for (const id of ['1', '2']) await settled(users.get(id));
    expect(sentBy(api)).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-3']);
  });

  const failed = 'The apiToken function failed; see the cause.';
  const late = 'The apiToken function did not return within 400 ms (timeout). (GET /users/{id})';

  it.each<[what: string, apiToken: () => Token, error: object]>([
    ["returns something that isn't a token", () => 'two words', { name: 'InvalidRequestError' }],
    ['fails', sealed, { message: failed, cause: new Error('The vault is sealed.') }],
    ['takes longer than the timeout of an attempt', () => never, { name: 'TimeoutError', message: late }],
  ])('that %s ends the call, and nothing is sent', async (_, apiToken, error) => {
    const api = replying(200);
    expect(await settled(rejection(clientOf(api, { apiToken, timeout: 400 }).users.get('1')))).toMatchObject(error);
    expect(api.requests).toEqual([]);
  });
});

describe('after a 401, the token function gets the rejected token', () => {
  // Row 7 of test/scenarios shows that one renewal serves all failed calls.
  it('only once, for all clients and later calls, if it is one of the last 20', async () => {
    let version = 0;
    const apiToken = vi.fn(({ rejectedToken }: ApiTokenContext) => (rejectedToken ? 'token-x' : `token-${version}`));
    const client = clientOf(guarded('none'), { apiToken });
    for (version of [...Array(21).keys(), 1, 0]) {
      const { users } = client.withOptions({ timeout: 1000 });
      expect(await settled(rejection(users.get('1')))).toBeInstanceOf(AuthenticationError);
    }
    expect(rejectedBy(apiToken).slice(21)).toEqual(['token-0']);
  });

  it.each<[what: string, status: number, next: string, requests: number, rejected: string[]]>([
    ['it returns another token that is rejected', 401, 'token-3', 2, ['token-1']],
    ['the response was a 403', 403, 'token-2', 1, []],
  ])('and the call fails if %s', async (_, status, next, requests, rejected) => {
    const api = guarded('token-2', status);
    const apiToken = renewing(() => next);
    expect(await settled(rejection(clientOf(api, { apiToken }).users.get('1')))).toMatchObject({ status });
    expect(api.requests).toHaveLength(requests);
    expect(rejectedBy(apiToken)).toEqual(rejected);
  });

  const returned = 'The value returned by apiToken() must be the token itself, as a string';
  const cause = { name: 'AuthenticationError' };
  const failed = (why: string) => ({ message: `The apiToken function failed after a 401: ${why}`, cause });

  it.each<[what: string, renew: () => Token, error: object]>([
    ['fails', sealed, failed('The vault is sealed.')],
    ['fails with the token', () => Promise.reject(new Error('no token-1')), failed('no [redacted]')],
    ['returns nothing', () => '', failed(`${returned}; got ''.`)],
    ['returns the same token', () => 'token-1', cause],
  ])('if it %s, all calls with that token fail, and a later call asks again', async (_, renew, error) => {
    const apiToken = renewing(renew, () => 'token-2');
    const { users } = clientOf(guarded('token-2'), { apiToken });
    const errors = await settled(Promise.all(['1', '2'].map((id) => rejection(users.get(id)))));
    for (const each of errors) expect(each).toMatchObject(error);
    expect(rejectedBy(apiToken)).toEqual(['token-1']);
    expect(await settled(users.get('3'))).toEqual(user);
  });

  it('and what then ends the call is its error, not the 401', async () => {
    const reset = Date.now() / 1000 + 50;
    const api = replying(({ init }) =>
      init.headers['authorization'] === 'Bearer token-1'
        ? errorResponse(401)
        : Response.json(user, { headers: budget(1, 0, reset) }),
    );
    await clientOf(api, { apiToken: 'token-2', rateLimit: {} }).users.get('1');
    const { users } = clientOf(api, { apiToken: renewing(() => 'token-2'), rateLimit: { maxWait: 2_000 } });
    expect(await settled(rejection(users.get('2')))).toMatchObject({ name: 'RateLimitWaitError', retryAfter: 50 });
  });

  it('and has as long as an attempt; the call may be aborted meanwhile', async () => {
    const apiToken = renewing(
      () => never,
      () => 'token-2',
    );
    const { users } = clientOf(guarded('token-2'), { apiToken, timeout: 1000 });
    const controller = new AbortController();
    const aborted = rejection(users.get('1', { signal: controller.signal }));
    const late = rejection(users.get('2'));
    await passTime(500);
    controller.abort('changed my mind');

    expect(await aborted).toBe('changed my mind');
    const message = 'The apiToken function did not return within 1000 ms (timeout). (401 GET /users/{id})';
    expect(await settled(late)).toMatchObject({ name: 'TimeoutError', message, mayHaveTakenEffect: false });
    // A later call asks again.
    expect(await settled(users.get('3'))).toEqual(user);
  });
});

describe('while a call waits for the rate limit, its token may change', () => {
  const minute = () => Math.floor(performance.now() / 60_000);

  /** A client that has used up its token's window, and another client with the same token. */
  async function waiting(changed: () => Token, rateLimit = {}) {
    const used = new Map<string, number>();
    const api = inProcessApi(({ init }) => {
      const key = `${init.headers['authorization']} ${minute()}`;
      used.set(key, (used.get(key) ?? 0) + 1);
      const reset = (Date.now() - performance.now()) / 1000 + (minute() + 1) * 60;
      return Response.json(user, { headers: budget(2, 2 - used.get(key)!, reset) });
    });
    let apiToken: () => Token = () => 'token-1';
    const client = clientOf(api, { apiToken: () => apiToken(), rateLimit });
    for (const id of ['1', '2']) await client.users.get(id);
    const change = () => (apiToken = changed);
    client.once('rateLimitWait', change);
    const other = clientOf(api, { apiToken: 'token-1' }).users;
    return { client, other, change, sent: () => sentBy(api).slice(2).sort() };
  }

  it('to one with its own limit, which leaves the old limit to others', async () => {
    const { client, other, sent } = await waiting(() => 'token-2');
    const rotated = client.users.get('3').then();
    await passTime(1); // Now it is the first call in the queue.
    await settled(Promise.all([rotated, other.get('4'), other.get('5')]));
    expect(sent()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
    expect(client.rateLimit?.remaining).toBe(1);
  });

  it.each<[string, () => Token]>([
    ['fails', sealed],
    ['returns nothing', () => ''],
    ['never returns, and its call is aborted', () => never],
  ])('but a function that %s fails the call, which leaves its place to another', async (_, failing) => {
    const { client, other, sent } = await waiting(failing);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 65_000);
    const failed = rejection(client.users.get('3', { signal: controller.signal }));
    await passTime(1);
    await settled(Promise.all([failed, other.get('4'), other.get('5')]));
    expect(sent()).toEqual(['Bearer token-1', 'Bearer token-1']);
    expect(minute()).toBe(1);
  });
});
