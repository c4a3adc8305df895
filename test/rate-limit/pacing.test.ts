import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client, RateLimitError, RateLimitWaitError } from '@example/sdk';
import type { ClientOptions, RateLimitWaitEvent } from '@example/sdk';
import { createSandbox } from '@example/sandbox';
import { clientOf, fail, json, rejection, serve, user } from '../support/http-server.ts';

// What a client does about the rate limit, in real time with windows of one second. The other files in this folder test
// the arithmetic and the kinds of servers in virtual time.

function setup(limit: number, options: ClientOptions = {}) {
  const sandbox = createSandbox({ rateLimit: { limit, window: 1000 }, users: 1 });
  const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch, logLevel: 'off', ...options });
  const refusals = () => sandbox.requests.filter(({ status }) => status === 429).length;
  return { sandbox, client, refusals };
}

const times = (count: number, call: () => PromiseLike<unknown>) => Promise.all(Array.from({ length: count }, call));
const list = (client: Client) => () => client.projects.list({ per_page: 1 });

describe('a client', () => {
  it('sends more calls than a window allows without one being refused', async () => {
    const { client, refusals } = setup(20);

    await times(50, list(client));

    expect(refusals()).toBe(0);
  });

  it('shares the budget with the other clients on its token', async () => {
    const { sandbox, client, refusals } = setup(20);
    const other = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch });

    await Promise.all([times(15, list(client)), times(15, list(other.withOptions({ timeout: 5000 })))]);

    expect(refusals()).toBe(0);
  });

  it('reports the budget', async () => {
    const { sandbox, client } = setup(20);
    expect(client.rateLimit).toMatchObject({ limit: 100, waiting: 0, learned: [] });

    await times(3, list(client));

    expect(client.rateLimit).toEqual({ limit: 20, remaining: 17, reset: expect.any(Number), waiting: 0, learned: [] });
    expect(new Client({ apiToken: 'another', fetch: sandbox.fetch }).rateLimit?.remaining).toBe(100);
  });

  it('counts a request that got no answer as used until the window turns: the API may have counted it', async () => {
    const reset = Math.ceil(Date.now() / 1000) + 60;
    const window = (end: number) => ({
      'x-ratelimit-limit': '20',
      'x-ratelimit-remaining': '19',
      'x-ratelimit-reset': String(end),
    });
    let headers = window(reset);
    let isDown = false;
    const server = await serve((_, response) => {
      if (isDown) response.destroy();
      else json(response, 200, user, headers);
    });
    const client = clientOf(server, { maxRetries: 0 });
    await client.users.get('user_123');
    expect(client.rateLimit?.remaining).toBe(19);

    isDown = true;
    await rejection(client.users.get('user_123'));

    expect(client.rateLimit?.remaining).toBe(18);

    isDown = false;
    headers = window(reset + 60);
    await client.users.get('user_123');
    expect(client.rateLimit?.remaining).toBe(19);
  });

  it('reports nothing if it does not pace, or does not know the token yet', () => {
    const { client } = setup(20, { rateLimit: false });

    expect(client.rateLimit).toBeUndefined();
    expect(client.withOptions({ rateLimit: {}, apiToken: () => 'token' }).rateLimit).toBeUndefined();
  });

  it('assumes the configured limit until the API reports one', () => {
    expect(clientOf({ url: 'https://a.example.com' }, { rateLimit: { limit: 7 } }).rateLimit?.limit).toBe(7);
  });

  it('is refused, and retries as configured, with rateLimit: false', async () => {
    const { client, refusals } = setup(20, { rateLimit: false, maxRetries: 0 });

    const results = await Promise.allSettled(Array.from({ length: 25 }, list(client)));

    expect(refusals()).toBe(5);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  });
});

describe('a call that has to wait', () => {
  it('is reported by an event', async () => {
    const { client } = setup(5);
    const events: RateLimitWaitEvent[] = [];
    client.on('rateLimitWait', (event) => events.push(event));
    await times(5, list(client));

    await times(2, list(client));

    expect(events).toEqual([
      { method: 'GET', path: '/projects', delay: expect.any(Number), waiting: 1 },
      { method: 'GET', path: '/projects', delay: expect.any(Number), waiting: 2 },
    ]);
    expect(events[0]!.delay).toBeGreaterThan(0);
  });

  it('is logged if it waits for more than a second, in one line for all that wait', async () => {
    const info = vi.fn();
    const logger = { error: vi.fn(), warn: vi.fn(), info, debug: vi.fn() };
    const sandbox = createSandbox({ rateLimit: { limit: 5, window: 60_000 } });
    const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch, logger, logLevel: 'info' });
    await times(5, list(client));

    const controller = new AbortController();
    const waiting = Array.from({ length: 3 }, () =>
      client.projects.list({}, { signal: controller.signal }).catch(() => 0),
    );
    await vi.waitFor(() => expect(client.rateLimit?.waiting).toBe(3));
    controller.abort();
    await Promise.all(waiting);

    expect(info).toHaveBeenCalledOnce();
    expect(info.mock.calls[0]![0]).toMatch(/GET \/projects waits about \d+ s for the rate limit/);
  });

  it('rejects at once if the wait is longer than maxWait', async () => {
    const { sandbox, client } = setup(5, { rateLimit: { maxWait: 50 } });
    await times(5, list(client));

    const error = await rejection(list(client)());

    expect(error).toBeInstanceOf(RateLimitWaitError);
    expect(error).toMatchObject({ method: 'GET', path: '/projects' });
    expect([1, 2]).toContain((error as RateLimitWaitError).retryAfter); // the API rounds up to a second
    expect(sandbox.requests).toHaveLength(5);
  });

  it('rejects with the answer of the API if it was refused, and would wait too long to be sent again', async () => {
    const headers = { 'retry-after': '30', 'x-request-id': 'req_1' };
    const server = await serve((_, response) =>
      json(response, 429, { error: { code: 'slow_down', message: 'No.' } }, headers),
    );

    const error = await rejection(clientOf(server, { rateLimit: { maxWait: 1000 } }).users.get('user_123'));

    expect(error).toMatchObject({ status: 429, code: 'slow_down', requestId: 'req_1', retryAfter: 30 });
    expect(server.requests).toHaveLength(1);
  });

  it('leaves the queue when its signal aborts or its totalTimeout passes, and sends nothing', async () => {
    const { sandbox, client } = setup(5);
    await times(5, list(client));
    const controller = new AbortController();

    const aborted = rejection(client.projects.list({}, { signal: controller.signal }));
    const late = rejection(client.projects.list({}, { totalTimeout: 300 }));
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(client.rateLimit?.waiting).toBe(2);
    controller.abort(new Error('changed my mind'));

    expect(await aborted).toEqual(new Error('changed my mind'));
    expect(await late).toMatchObject({ name: 'TimeoutError' });
    expect(client.rateLimit?.waiting).toBe(0);
    expect(sandbox.requests).toHaveLength(5);
  });

  it('is sent with the token that is valid by then', async () => {
    const { sandbox } = setup(5);
    let token = sandbox.apiToken;
    const used: string[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      used.push(new Headers(init?.headers).get('authorization') ?? '');
      return sandbox.fetch(input, init);
    };
    const client = new Client({ apiToken: () => token, fetch, logLevel: 'off' });
    await times(5, list(client));

    client.once('rateLimitWait', () => (token = 'rotated'));
    await rejection(list(client)()); // the local API does not know the new token

    expect(used.at(-1)).toBe('Bearer rotated');
  });

  it('fails if the token function fails meanwhile, and its permit goes to another call', async () => {
    const { sandbox } = setup(5);
    let broken = false;
    const apiToken = () => {
      if (broken) throw new Error('The vault is sealed.');
      return sandbox.apiToken;
    };
    const client = new Client({ apiToken, fetch: sandbox.fetch, logLevel: 'off' });
    await times(5, list(client));

    client.once('rateLimitWait', () => (broken = true));
    expect(await rejection(list(client)())).toMatchObject({ message: 'The apiToken function failed; see the cause.' });
    broken = false;

    await times(5, list(client));
    expect(sandbox.requests.filter(({ status }) => status === 429)).toEqual([]);
  });
});

describe('a call that the API refuses', () => {
  it('is sent again until the API admits it, however often others are admitted first', async () => {
    let refusals = 2;
    const headers = { 'retry-after': '1' };
    const server = await serve(({ url }, response) => {
      if (url.endsWith('unlucky') && refusals-- > 0) fail(response, 429, headers);
      else json(response, 200, user);
    });
    const client = clientOf(server, { rateLimit: { limit: 1_000_000 }, maxRetries: 1 });
    let isDone = false;
    const others = async () => {
      while (!isDone) await client.users.get('lucky');
    };

    const unlucky = client.users.get('unlucky').finally(() => (isDone = true));

    await Promise.all([unlucky, others(), others()]);
    expect(server.requests.filter(({ url }) => url.endsWith('unlucky'))).toHaveLength(3);
  });

  it('fails if the API refuses everything', async () => {
    const server = await serve((_, response) => fail(response, 429, { 'retry-after': '1' }));

    const error = await rejection(clientOf(server, { maxRetries: 1 }).users.get('user_123'));

    expect(error).toBeInstanceOf(RateLimitError);
    expect(server.requests).toHaveLength(2);
  });
});

describe('a store that is unavailable', () => {
  it('is reported once by an event and a line in the log, and no call fails', async () => {
    const warn = vi.fn();
    const logger = { error: vi.fn(), warn, info: vi.fn(), debug: vi.fn() };
    const store = { sync: () => Promise.reject(new Error('connect ECONNREFUSED')) };
    const { client } = setup(50, { rateLimit: { store }, logger, logLevel: 'info' });
    const events: unknown[] = [];
    client.on('rateLimitStore', (event) => events.push(event));

    await times(10, list(client));

    expect(events).toEqual([{ available: false, reason: 'connect ECONNREFUSED' }]);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      '[@example/sdk] The rate-limit store is unavailable (connect ECONNREFUSED). This process paces its calls on its own.',
    );
  });
});

describe('in a test with fake timers', () => {
  afterEach(() => void vi.useRealTimers());

  it('calls that wait reach the next window of the local API without real time passing', async () => {
    vi.useFakeTimers();
    const sandbox = createSandbox({ rateLimit: { limit: 100, window: 60_000 } });
    const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch, logLevel: 'off' });
    await times(100, list(client));
    const calls = times(30, list(client));

    await vi.advanceTimersByTimeAsync(61_000);

    await calls;
    expect(sandbox.requests.filter(({ status }) => status === 200)).toHaveLength(130);
  });
});
