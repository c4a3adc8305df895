import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AuthenticationError, type ApiTokenContext } from '@example/sdk';
import { clientOf, rejection, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { replying } from '../support/replies.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

type Token = string | Promise<string>;
const never = new Promise<never>(() => undefined);
const sealed = () => Promise.reject(new Error('The vault is sealed.'));

/** An API that accepts one token. */
const guarded = (accepted: string, status = 401) =>
  replying(({ init }) =>
    init.headers['authorization'] === `Bearer ${accepted}` ? Response.json(user) : errorResponse(status),
  );

/** The guide's token function: it keeps a token until that is rejected. */
function cached(renew: () => Token) {
  let token: Token = 'token-1';
  return vi.fn(async ({ rejectedToken }: ApiTokenContext) => {
    if (rejectedToken === (await token)) token = await renew();
    return token;
  });
}

/** The rejected tokens that a function was called with. */
const rejectedBy = ({ mock }: { mock: { calls: [ApiTokenContext][] } }) =>
  mock.calls.map(([{ rejectedToken }]) => rejectedToken).filter((token) => token !== undefined);

describe('a token function', () => {
  it.each([(token: string) => token, (token: string) => Promise.resolve(token)])(
    'is called for each attempt, and may return a promise',
    async (returned) => {
      const api = replying(500, 200);
      let version = 0;
      const { users } = clientOf(api, { apiToken: () => returned(`token-${++version}`) });
      for (const id of ['1', '2']) await settled(users.get(id));
      const sent = api.requests.map(({ init }) => init.headers['authorization']);
      expect(sent).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-3']);
    },
  );

  const failed = 'The apiToken function failed; see the cause.';
  const late = 'The apiToken function did not return within 400 ms (timeout). (GET /users/{id})';

  it.each<[what: string, apiToken: () => Token, error: object]>([
    ['returns what is no token', () => 'two words', { name: 'InvalidRequestError' }],
    ['fails', sealed, { message: failed, cause: new Error('The vault is sealed.') }],
    ['takes longer than an attempt may', () => never, { name: 'TimeoutError', message: late }],
  ])('that %s ends the call, and nothing is sent', async (_, apiToken, error) => {
    const api = replying(200);
    const { users } = clientOf(api, { apiToken, timeout: 400 });
    expect(await settled(rejection(users.get('user_123')))).toMatchObject(error);
    expect(api.requests).toEqual([]);
  });

  it('may be waited for without limit', async () => {
    const apiToken = () => sleep(86_400_000).then(() => 'token-1');
    expect(await settled(clientOf(replying(200), { apiToken, timeout: Infinity }).users.get('user_123'))).toEqual(user);
  });
});

describe('after a 401, the token function gets the rejected token', () => {
  // For all calls that it failed: row 7 of test/scenarios.
  it('once for all clients and later calls, as far as it is one of the last 20', async () => {
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
    ['it returns the same token', 401, 'token-1', 1, ['token-1']],
    ['it returns another token that is rejected', 401, 'token-3', 2, ['token-1']],
    ['the response was a 403', 403, 'token-2', 1, []],
  ])('and the call fails if %s', async (_, status, next, requests, rejected) => {
    const api = guarded('token-2', status);
    const apiToken = cached(() => next);
    expect(await settled(rejection(clientOf(api, { apiToken }).users.get('1')))).toMatchObject({ status });
    expect(api.requests).toHaveLength(requests);
    expect(rejectedBy(apiToken)).toEqual(rejected);
  });

  it.each<[message: string, renew: () => Token]>([
    ['The vault is sealed.', sealed],
    ['no [redacted]', () => Promise.reject(new Error('no token-1'))],
    ["The value returned by apiToken() must be the token itself, as a string; got ''.", () => ''],
  ])('if it fails, the error has the 401 as its cause, and a later call asks again: %s', async (problem, renew) => {
    const renewals = [renew, () => 'token-2'];
    const apiToken = vi.fn(({ rejectedToken }: ApiTokenContext) => {
      if (rejectedToken === undefined) return renewals.length === 0 ? 'token-2' : 'token-1';
      return renewals.shift()!();
    });
    const { users } = clientOf(guarded('token-2'), { apiToken });
    const failed = await settled(Promise.all(['1', '2'].map((id) => rejection(users.get(id)))));

    const message = `The apiToken function failed after a 401: ${problem}`;
    for (const error of failed) expect(error).toMatchObject({ message, cause: { name: 'AuthenticationError' } });
    expect(rejectedBy(apiToken)).toEqual(['token-1']);
    expect(await settled(users.get('3'))).toEqual(user);
  });

  it('if it returns the same token, all calls that it failed fail, and a later call asks again', async () => {
    const renewals = ['token-1', 'token-2'];
    let token = 'token-1';
    const apiToken = vi.fn(({ rejectedToken }: ApiTokenContext) =>
      rejectedToken ? (token = renewals.shift()!) : token,
    );
    const { users } = clientOf(guarded('token-2'), { apiToken });
    const failed = await settled(Promise.all(['1', '2'].map((id) => rejection(users.get(id)))));

    for (const error of failed) expect(error).toBeInstanceOf(AuthenticationError);
    expect(rejectedBy(apiToken)).toEqual(['token-1']);
    expect(await settled(users.get('3'))).toEqual(user);
  });

  it('and has as long as an attempt; the call may be aborted meanwhile', async () => {
    const apiToken = ({ rejectedToken }: ApiTokenContext) => (rejectedToken ? never : 'token-1');
    const { users } = clientOf(guarded('token-2'), { apiToken, timeout: 1000 });
    const controller = new AbortController();
    const aborted = rejection(users.get('1', { signal: controller.signal }));
    const late = rejection(users.get('2'));
    await passTime(500);
    controller.abort('changed my mind');

    expect(await aborted).toBe('changed my mind');
    const message = 'The apiToken function did not return within 1000 ms (timeout). (401 GET /users/{id})';
    expect(await settled(late)).toMatchObject({ name: 'TimeoutError', message, mayHaveTakenEffect: false });
  });

  it('and goes on at once with another one, although the window of the old one is used up', async () => {
    const api = inProcessApi(({ init }) => {
      const isNew = init.headers['authorization'] === 'Bearer token-2';
      const headers = budget(100, isNew ? 99 : 0, Math.ceil(Date.now() / 1000) + 30);
      return isNew ? Response.json(user, { headers }) : errorResponse(401, headers);
    });
    const client = clientOf(api, { apiToken: cached(() => 'token-2'), rateLimit: { maxWait: 1_000 } });
    expect(await settled(client.users.get('user_123'))).toEqual(user);
    expect(performance.now()).toBeLessThan(1_000);
  });
});

describe('while a call waits for the rate limit, the token may change', () => {
  /** An API that allows each token two requests in a minute. */
  function limitedApi() {
    const used = new Map<string, number>();
    return inProcessApi(({ init }) => {
      const window = Math.floor(performance.now() / 60_000);
      const key = `${init.headers['authorization']} ${window}`;
      const count = (used.get(key) ?? 0) + 1;
      used.set(key, count);
      const reset = (Date.now() - performance.now()) / 1000 + (window + 1) * 60;
      const headers = { date: new Date().toUTCString(), ...budget(2, Math.max(0, 2 - count), reset) };
      return count > 2 ? errorResponse(429, headers) : Response.json(user, { headers });
    });
  }

  /** A client whose token function changes when its third call waits, and another client of the first token. */
  async function waiting(changed: () => Token) {
    const api = limitedApi();
    let apiToken: () => Token = () => 'token-1';
    const client = clientOf(api, { apiToken: () => apiToken() });
    for (const id of ['1', '2']) await client.users.get(id);
    client.once('rateLimitWait', () => (apiToken = changed));
    const sentAfter = () => api.requests.slice(2).map(({ init }) => init.headers['authorization']);
    return { client, other: clientOf(api, { apiToken: 'token-1' }).users, sentAfter };
  }

  it('to one that has its own limit, and leaves the old one to others', async () => {
    const { client, other, sentAfter } = await waiting(() => 'token-2');
    const rotated = client.users.get('3').then();
    await passTime(1); // It is the first that waits.
    await settled(Promise.all([rotated, other.get('4'), other.get('5')]));
    expect(sentAfter().sort()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
    expect(client.rateLimit?.remaining).toBe(1);
  });

  it.each<[string, () => Token]>([
    ['fails', sealed],
    ['returns nothing', () => ''],
    ['never returns, and its call is aborted', () => never],
  ])('but a function that %s fails the call, which leaves its place to another', async (_, failing) => {
    const { client, other, sentAfter } = await waiting(failing);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 65_000);
    const failed = rejection(client.users.get('3', { signal: controller.signal }));
    await passTime(1);
    await settled(Promise.all([failed, other.get('4'), other.get('5')]));
    expect(sentAfter()).toEqual(['Bearer token-1', 'Bearer token-1']);
    expect(performance.now()).toBeLessThan(66_000);
  });

  it('and the function takes its time without using up maxWait, which is about the rate limit', async () => {
    const apiToken = () => sleep(performance.now() > 1000 ? 3000 : 0).then(() => 'token-1');
    const { users } = clientOf(limitedApi(), { apiToken, rateLimit: { maxWait: 4000 } });
    for (const id of ['1', '2']) await settled(users.get(id));
    await passTime(55_000);
    expect(await settled(users.get('3'))).toEqual(user);
  });
});
