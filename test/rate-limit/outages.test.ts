import { beforeEach, describe, expect, it } from 'vitest';
import { clientOf, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { documentedApi } from './support/documented-api.ts';
import { settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

const many = (count: number, call: (index: number) => PromiseLike<unknown>) =>
  Array.from({ length: count }, async (_, index) => call(index));
const failures = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));

describe('a route that fails, while no window is known', () => {
  it.each([
    ['an error of the server', () => errorResponse(500)],
    ['no answer', () => Promise.reject(new TypeError('terminated'))],
  ])('does not keep calls of other routes waiting behind its own: %s', async (_, fail) => {
    const api = inProcessApi(({ url }) => (url.includes('/users/') ? Response.json(user) : fail()));
    const client = clientOf(api);
    const failing = many(4, (id) => client.request('GET', '/reports/{id}', { params: { id: `report_${id}` } }));
    const healthy = many(20, (index) => client.users.get(`user_${index}`));
    failing.push(...many(100, (id) => client.request('GET', '/exports/{id}', { params: { id: `export_${id}` } })));

    const ended = Promise.allSettled(healthy).then((results) => ({ failed: failures(results), at: performance.now() }));
    await settled(Promise.allSettled([...failing, ended]));

    expect(await ended).toEqual({ failed: [], at: expect.any(Number) });
    expect((await ended).at).toBeLessThanOrEqual(1000);
  });
});

describe('an outage of ten minutes', () => {
  it('fails none of the calls that wait: only the one that is tried uses up a retry, and no retry budget', async () => {
    let isDown = false;
    const api = inProcessApi(() => {
      if (isDown) throw new TypeError('fetch failed');
      return Response.json(user);
    });
    const client = clientOf(api);
    await client.users.get('user_1');
    await settled(sleep(61_000));

    isDown = true;
    const calls = many(500, (index) => client.users.get(`user_${index}`));
    const back = sleep(600_000).then(() => (isDown = false));
    await settled(Promise.allSettled([...calls, back]));

    expect(failures(await Promise.allSettled(calls))).toEqual([]);
    // One each 8 s, and 500 afterwards.
    expect(api.requests.length).toBeLessThanOrEqual(1 + 500 + 90);
  });

  it('is not called the rate limit by a call whose maxWait ends in it', async () => {
    const api = inProcessApi(() => errorResponse(500));
    const client = clientOf(api, { rateLimit: { maxWait: 3000 } });
    const calls = many(20, (index) => client.users.get(`user_${index}`));
    const failed = failures(await settled(Promise.allSettled(calls)));
    expect(failed).toHaveLength(20);
    expect(failed).toContainEqual(
      expect.stringMatching(/Not sent: it has waited for its maxWait of 3000 ms, and the next request may be sent in/),
    );
    expect(failed.join()).not.toContain('the rate limit allows');
  });
});

describe('calls that come when an outage is long over', () => {
  it.each([
    ['an hour after one that was admitted', true, 3_700_000],
    ['ten minutes after the first call', false, 700_000],
  ])('wait like any others: %s', async (_, wasAdmitted, idle) => {
    let isDown = !wasAdmitted;
    const api = inProcessApi(() => (isDown ? errorResponse(500) : Response.json(user)));
    const client = clientOf(api, { maxRetries: 0 });
    if (wasAdmitted) await client.users.get('user_1');
    await settled(sleep(61_000));
    isDown = true;
    await settled(Promise.allSettled([client.users.get('user_1')]));
    await settled(sleep(idle));

    isDown = false;
    const calls = await settled(Promise.allSettled(many(20, (index) => client.users.get(`user_${index}`))));
    expect(failures(calls)).toEqual([]);
  });
});

describe('a connection that is refused', () => {
  const refused = (url: string) => {
    const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', hostname: new URL(url).hostname });
    return Object.assign(new TypeError('fetch failed'), { cause });
  };

  it.each([100, 5000])('in mid-window, for %i ms, fails none of the calls that wait', async (duration) => {
    const reset = Date.now() / 1000 + 60;
    let isDown = false;
    let used = 0;
    const api = inProcessApi(async ({ url }) => {
      if (isDown) throw refused(url);
      await sleep(20);
      used += 1;
      const turn = Math.floor(performance.now() / 60_000);
      const headers = budget(100, Math.max(0, 100 * (turn + 1) - used), reset + 60 * turn);
      return Response.json(user, { headers });
    });
    const client = clientOf(api, { maxRetries: 1 });
    await settled(client.users.get('user_1'));
    isDown = true;
    void sleep(duration).then(() => (isDown = false));

    const calls = many(300, (index) => client.users.get(`user_${index}`));
    const failed = failures(await settled(Promise.allSettled(calls)));
    // Those in flight when it began, and those that were tried and had no retry left.
    expect(failed.length).toBeLessThanOrEqual(10);
    expect(api.requests.length).toBeLessThanOrEqual(1 + 300 + 110);
  });

  it('holds a call for 0.1 s if another one waits, and not the last one', async () => {
    const api = inProcessApi(({ url }) => Promise.reject(refused(url)));
    const client = clientOf(api, { maxRetries: 0 });
    await settled(Promise.allSettled(many(3, () => client.users.get('user_1'))));
    expect(api.requests.map(({ at }) => at)).toEqual([0, 100, 100]);
  });

  it('is not over because of answers that were on their way', async () => {
    let slow = 0;
    const late = () => {
      const reset = (Math.floor(Date.now() / 60_000) + 1) * 60;
      return Response.json(user, { headers: { date: new Date().toUTCString(), ...budget(100, 90, reset) } });
    };
    const api = documentedApi({ latency: 10 }, ({ url }) => {
      const now = performance.now();
      if (url.endsWith('/slow')) return sleep(50_000 + 4_000 * slow++).then(late);
      return now > 40_000 && now < 200_000 ? Promise.reject(refused(url)) : undefined;
    });
    const client = clientOf(api, { timeout: 200_000 });
    const calls = [...many(30, () => client.users.get('slow')), ...many(500, () => client.users.get('user_123'))];
    expect(failures(await settled(Promise.allSettled(calls)))).toEqual([]);
  });

  it('does not make others wait for a slow answer that is on its way', async () => {
    const reset = String(Date.now() / 1000 + 60);
    let isRefused = true;
    let used = 0;
    const api = inProcessApi(async ({ url }) => {
      if (url.endsWith('/refused') && isRefused) {
        isRefused = false;
        throw refused(url);
      }
      await sleep(url.endsWith('/slow') ? 20_000 : 20);
      const headers = budget(3, 3 - ++used, reset);
      return Response.json(user, { headers });
    });
    const client = clientOf(api);
    await settled(client.users.get('user_1'));
    const start = performance.now();
    const slow = client.users.get('slow');
    const others = ['refused', 'a', 'b', 'c', 'd', 'e', 'f'].map((id) => client.users.get(id));
    const first = Promise.any(others.slice(1)).then(() => performance.now() - start);
    await settled(Promise.allSettled([slow, first]));
    expect(await first).toBeLessThanOrEqual(2000);
  });

  it('gives no call a request that others in flight have taken', async () => {
    let isRefused = true;
    const api = documentedApi({ latency: 5000, limit: 3, windows: 'first' }, ({ url }) => {
      if (!isRefused || !url.endsWith('/refused')) return undefined;
      isRefused = false;
      return Promise.reject(refused(url));
    });
    const client = clientOf(api);
    await settled(client.users.get('user_1'));

    const calls = ['slow', 'refused', 'a', 'b'].map((id) => client.users.get(id));
    expect(failures(await settled(Promise.allSettled(calls)))).toEqual([]);
    const windows = api.requests.map(({ at }) => Math.floor(at / 60_000));
    // One of the first window was not received.
    expect(windows).toEqual([0, 0, 0, 0, 1, 1]);
  });
});
