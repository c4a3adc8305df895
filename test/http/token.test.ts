import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  AuthenticationError,
  ExampleError,
  PermissionDeniedError,
  TimeoutError,
  type ApiTokenContext,
} from '@example/sdk';
import { clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

/** An API that accepts one token. */
const guarded = (accepted: string, status = 401) =>
  inProcessApi(({ init }) =>
    init.headers['authorization'] === `Bearer ${accepted}` ? Response.json(user) : errorResponse(status),
  );

/** The guide's token function: it keeps a token until that is rejected. */
function cached(renew: () => string | Promise<string>) {
  let token: string | Promise<string> = 'token-1';
  return vi.fn(async ({ rejectedToken }: ApiTokenContext) => {
    if (rejectedToken === (await token)) token = await renew();
    return token;
  });
}

/** The rejected tokens that a function was called with. */
const rejectedBy = ({ mock }: { mock: { calls: [ApiTokenContext][] } }) =>
  mock.calls.map(([{ rejectedToken }]) => rejectedToken).filter((token) => token !== undefined);

describe('after a 401, the token function gets the rejected token', () => {
  it('once, however many calls it failed: all of them wait for the new one, and are repeated with it', async () => {
    const api = guarded('token-2');
    const apiToken = cached(async () => {
      await sleep(500);
      return 'token-2';
    });
    const client = clientOf(api, { apiToken, maxRetries: 0 });
    const gets = Array.from({ length: 25 }, (_, id) => client.users.get(`user_${id}`));

    expect(await settled(Promise.all([...gets, client.users.create(newUser)]))).toHaveLength(26);
    expect(rejectedBy(apiToken)).toEqual(['token-1']);
    expect(api.requests.filter(({ at }) => at >= 500).length).toBeGreaterThanOrEqual(26);
  });

  it('of another client and a later call, too: its rejection is known', async () => {
    const apiToken = vi.fn(({ rejectedToken }: ApiTokenContext) => (rejectedToken ? 'token-2' : 'token-1'));
    const client = clientOf(guarded('token-2'), { apiToken });
    for (const each of [client, client, client.withOptions({ timeout: 1000 })])
      expect(await settled(rejection(each.users.get('1')))).toBeInstanceOf(AuthenticationError);
    expect(rejectedBy(apiToken)).toEqual(['token-1']);
  });

  it.each([
    ['the same token', 'token-1', 1],
    ['another token that is rejected', 'token-3', 2],
  ])('and the call fails if it returns %s', async (_, next, requests) => {
    const api = guarded('token-2');
    const apiToken = cached(() => next);

    expect(await settled(rejection(clientOf(api, { apiToken }).users.get('1')))).toBeInstanceOf(AuthenticationError);
    expect(api.requests).toHaveLength(requests);
    expect(rejectedBy(apiToken)).toEqual(['token-1']);
  });

  it.each<[message: string, renew: () => string | Promise<string>]>([
    ['The vault is sealed.', () => Promise.reject(new Error('The vault is sealed.'))],
    ['no [redacted]', () => Promise.reject(new Error('no token-1'))],
    ["The value returned by apiToken() must be the token itself, as a string; got ''.", () => ''],
  ])('if it fails, the error has the 401 as its cause, and a later call asks again: %s', async (message, renew) => {
    const api = guarded('token-2');
    const renewals = [renew, () => 'token-2'];
    const apiToken = vi.fn(({ rejectedToken }: ApiTokenContext) => {
      if (rejectedToken === undefined) return renewals.length === 0 ? 'token-2' : 'token-1';
      return renewals.shift()!();
    });
    const client = clientOf(api, { apiToken });
    const failed = await settled(Promise.all(['1', '2'].map((id) => rejection(client.users.get(id)))));

    for (const error of failed) {
      expect(error).toMatchObject({
        name: 'ExampleError',
        message: `The apiToken function failed after a 401: ${message}`,
      });
      expect((error as ExampleError).cause).toBeInstanceOf(AuthenticationError);
    }
    expect(rejectedBy(apiToken)).toEqual(['token-1']);
    expect(await settled(client.users.get('3'))).toEqual(user);
  });

  it('and has as long as an attempt; the call may be aborted meanwhile', async () => {
    const apiToken = ({ rejectedToken }: ApiTokenContext) =>
      rejectedToken ? new Promise<string>(() => undefined) : 'token-1';
    const client = clientOf(guarded('token-2'), { apiToken, timeout: 1000 });
    const controller = new AbortController();
    const aborted = rejection(client.users.get('1', { signal: controller.signal }));
    const late = rejection(client.users.get('2'));
    await passTime(500);
    controller.abort('changed my mind');

    expect(await aborted).toBe('changed my mind');
    expect(await settled(late)).toMatchObject({
      name: TimeoutError.name,
      message: 'The apiToken function did not return within 1000 ms (timeout). (401 GET /users/{id})',
      mayHaveTakenEffect: false,
    });
  });

  it('but not after a 403, and a token that is a string is final', async () => {
    const apiToken = cached(() => 'token-2');
    const error = await settled(rejection(clientOf(guarded('token-2', 403), { apiToken }).users.get('1')));
    expect(error).toBeInstanceOf(PermissionDeniedError);
    expect(rejectedBy(apiToken)).toEqual([]);

    const api = guarded('token-2');
    expect(await settled(rejection(clientOf(api).users.get('1')))).toBeInstanceOf(AuthenticationError);
    expect(api.requests).toHaveLength(1);
  });
});

describe('a token function', () => {
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
  async function waiting(changed: () => string | Promise<string>) {
    const api = limitedApi();
    let apiToken: () => string | Promise<string> = () => 'token-1';
    const client = clientOf(api, { apiToken: () => apiToken() });
    await client.users.get('1');
    await client.users.get('2');
    client.once('rateLimitWait', () => (apiToken = changed));
    const sentAfter = () => api.requests.slice(2).map(({ init, at }) => [init.headers['authorization'], at]);
    return { client, other: clientOf(api, { apiToken: 'token-1' }), sentAfter };
  }

  it('is read for each attempt: a new token has its own limit, and leaves the old one to others', async () => {
    const { client, other, sentAfter } = await waiting(() => 'token-2');
    expect(client.rateLimit?.remaining).toBe(0);

    const rotated = client.users.get('3').then();
    await passTime(1); // It is the first that waits.
    await settled(Promise.all([rotated, other.users.get('4'), other.users.get('5')]));

    expect(
      sentAfter()
        .map(([token]) => token)
        .sort(),
    ).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
    expect(client.rateLimit?.remaining).toBe(1);
  });

  it.each<[string, () => string | Promise<string>]>([
    ['fails', () => Promise.reject(new Error('The vault is sealed.'))],
    ['returns nothing', () => ''],
    ['never returns, and its call is aborted', () => new Promise(() => undefined)],
  ])('that %s after its call waited fails the call, which leaves its place to another', async (_, failing) => {
    const { client, other, sentAfter } = await waiting(failing);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 65_000);

    const failed = rejection(client.users.get('3', { signal: controller.signal }));
    await passTime(1);
    await settled(Promise.all([failed, other.users.get('4'), other.users.get('5')]));

    expect(sentAfter().map(([token]) => token)).toEqual(['Bearer token-1', 'Bearer token-1']);
    expect(sentAfter().at(-1)?.[1]).toBeLessThan(66_000);
  });

  it('takes its time without using up maxWait, which is about the rate limit', async () => {
    const token = vi.fn(async () => {
      if (performance.now() > 1000) await sleep(3000);
      return 'token-1';
    });
    onTestFinished(() => expect(token).toHaveBeenCalled());
    const { users } = clientOf(limitedApi(), { apiToken: token, rateLimit: { maxWait: 4000 } });
    await users.get('1');
    await users.get('2');
    await passTime(55_000);
    expect(await settled(users.get('3'))).toEqual(user);
  });

  it('goes on at once with another token, although the window of the old one is used up', async () => {
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
