import { beforeEach, describe, expect, it } from 'vitest';
import { clientOf, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi, noAnswer } from '../support/in-process-api.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';
import { documentedApi } from './support/documented-api.ts';

// Days on which the SDK once lost or held calls that a simple client keeps, as people found who had not read its code.

beforeEach(useVirtualTime);

const makeAll = (count: number, call: (index: number) => PromiseLike<unknown>) =>
  Promise.allSettled(Array.from({ length: count }, async (_, index) => call(index)));
const many = (...args: Parameters<typeof makeAll>) => settled(makeAll(...args));
const failures = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.filter(({ status }) => status === 'rejected').length;

/** Milliseconds since it was made. */
function stopwatch(): () => number {
  const start = performance.now();
  return () => performance.now() - start;
}

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

const isReport = ({ url }: { url: string }) => url.includes('/reports');

describe.each(['totalTimeout', 'signal'])('calls with a time limit (%s)', (as) => {
  /** Makes a call every so often, and returns which part of those that were made from a time on have succeeded. */
  async function succeeding(
    call: (options: object) => PromiseLike<unknown>,
    { every, timeLimit, from = 0, until }: Record<'every' | 'timeLimit' | 'until', number> & { from?: number },
  ): Promise<number> {
    const made = await many(until / every, async (index) => {
      await sleep(index * every);
      const controller = new AbortController();
      if (as === 'signal') setTimeout(() => controller.abort(), timeLimit);
      await call(as === 'signal' ? { signal: controller.signal } : { totalTimeout: timeLimit });
    });
    const counted = made.slice(from / every);
    return 1 - failures(counted) / counted.length;
  }

  it('use all of the limit, even if there are more of them than it allows', async () => {
    const client = clientOf(documentedApi({ latency: 500 }));
    const options = { every: 400, timeLimit: 15_000, until: 360_000 };
    const part = await succeeding((given) => client.users.get('user_123', given), options);
    expect(part).toBeGreaterThanOrEqual((0.95 * 100 * 400) / 60_000);
  });

  it.each([
    { every: 1800, latency: 2000, timeLimit: 5000, path: '/projects' },
    { every: 2700, latency: 3000, timeLimit: 5000, path: '/projects' },
    { every: 3000, latency: 4500, timeLimit: 5000, path: '/projects' },
    { every: 500, latency: 700, timeLimit: 1000, path: undefined },
  ])('succeed again soon after some were refused: %j', async ({ latency, path, ...options }) => {
    const time = stopwatch();
    const isRefusing = () => time() >= 10_000 && time() < 20_000;
    const client = clientOf(
      documentedApi({ latency, limit: 1000 }, () => (isRefusing() ? errorResponse(429) : undefined)),
    );
    let id = 0;
    const call = (given: object) => client.request('GET', path ?? `/users/user_${(id += 1)}`, given);
    expect(await succeeding(call, { ...options, from: 120_000, until: 600_000 })).toBeGreaterThanOrEqual(0.9);
  });

  it.each([
    { outage: 60_000, every: 780, latency: 1500, timeLimit: 15_000, limit: 100 },
    { outage: 60_000, every: 200, latency: 300, timeLimit: 5000, limit: 1000 },
    { outage: 3000, every: 100, latency: 300, timeLimit: 3000, limit: 1000 },
  ])('succeed again soon after an outage: %j', async ({ outage, latency, limit, ...options }) => {
    const time = stopwatch();
    const isDown = () => time() >= 10_000 && time() < 10_000 + outage;
    const client = clientOf(documentedApi({ latency, limit }, () => (isDown() ? errorResponse(503) : undefined)));
    const call = (given: object) => client.users.get('user_123', given);
    const times = { from: 40_000 + outage, until: 240_000 };
    expect(await succeeding(call, { ...options, ...times })).toBeGreaterThanOrEqual(0.9);
  });
});

describe('a route that fails', () => {
  const faults = [
    ['503, Retry-After: 3600, of the API', { status: 503, headers: { 'retry-after': '3600' } }],
    ['503, Retry-After: 3600', () => errorResponse(503, { 'retry-after': '3600' })],
    ['503, Retry-After: 30', () => errorResponse(503, { 'retry-after': '30' })],
    ['503', () => errorResponse(503)],
    ['502', () => errorResponse(502)],
    ['429', () => errorResponse(429)],
  ] as const;
  const faultOf = (fault: (typeof faults)[number][1]) => (typeof fault === 'function' ? fault() : fault);

  it.each(
    // Refusals slow the token for seconds, which is more than these calls have.
    faults
      .slice(0, -1)
      .flatMap(([name, fault]) => [
        [name, { totalTimeout: 2000 }, fault] as const,
        [name, { rateLimit: { maxWait: 2000 } }, fault] as const,
      ]),
  )('loses no calls of others: %s, %j', async (_, options, fault) => {
    const time = stopwatch();
    const isDown = () => time() > 120_000 && time() < 420_000;
    const api = documentedApi({ latency: 50 }, (request) =>
      isReport(request) && isDown() ? faultOf(fault) : undefined,
    );
    const client = clientOf(api, options);
    const pages = await many(120, async (page) => {
      await sleep(page * 5000);
      client.request('GET', '/reports', { totalTimeout: 60_000 }).catch(() => undefined);
      await Promise.all([1, 2, 3].map((id) => client.users.get(`user_${id}`)));
    });
    expect(failures(pages)).toBe(0);
  });

  it.each(faults)('holds none that wait behind it at the start: %s', async (_, fault) => {
    const client = clientOf(
      documentedApi({ latency: 50 }, (request) => (isReport(request) ? faultOf(fault) : undefined)),
    );
    const report = client.request('GET', '/reports', { totalTimeout: 60_000 }).catch(() => undefined);
    const calls = await many(20, () => client.users.get('user_123', { totalTimeout: 5000 }));
    await settled(report);
    expect(failures(calls)).toBe(0);
  });

  it.each(faults)('keeps no background calls waiting: %s', async (_, fault) => {
    const time = stopwatch();
    const api = documentedApi({ latency: 50 }, (request) =>
      isReport(request) && time() < 300_000 ? faultOf(fault) : undefined,
    );
    const client = clientOf(api);
    const reports = makeAll(100, async (index) => {
      await sleep(index * 3000);
      await client.request('GET', '/reports', { totalTimeout: 60_000 }).catch(() => undefined);
    });
    let endedAt = 0;
    const calls = await many(200, (index) =>
      client.users.get(`user_${index}`, { priority: 'background' }).then(() => (endedAt = time())),
    );
    expect(failures(calls)).toBe(0);
    expect(endedAt).toBeLessThan(200_000);
    await settled(reports);
  });

  it('with the headers of the API slows not even itself: it is no limit', async () => {
    let calls = 0;
    const api = documentedApi({ latency: 50, limit: 1000 }, () =>
      (calls += 1) % 20 < 2 ? { status: 503, headers: {} } : undefined,
    );
    const client = clientOf(api);
    const time = stopwatch();
    await many(600, async (index) => {
      await sleep(index * 100);
      await client.users.get('user_123');
    });
    expect(time()).toBeLessThan(70_000);
  });

  it('once, with a Retry-After of an hour, does not hold its own calls for so long', async () => {
    let calls = 0;
    const api = documentedApi({ latency: 50 }, () =>
      (calls += 1) === 1 ? errorResponse(503, { 'retry-after': '3600' }) : undefined,
    );
    const client = clientOf(api);
    const time = stopwatch();
    expect(failures(await many(20, () => client.users.get('user_123')))).toBe(1);
    expect(time()).toBeLessThan(10_000);
  });

  it('is asked as rarely as it wants, so that no call that waits uses up its retries', async () => {
    const time = stopwatch();
    const isDown = () => time() > 60_000 && time() < 660_000;
    const api = documentedApi({ latency: 50, limit: 10 }, () =>
      isDown() ? errorResponse(503, { 'retry-after': '60' }) : undefined,
    );
    const client = clientOf(api, { rateLimit: { limit: 10 } });
    expect(failures(await many(20, () => client.users.get('user_123')))).toBe(0);
  });
});

it('a resource that is held for long rejects no calls of others, even in a new process', async () => {
  const locked = { status: 429, headers: { 'retry-after': '3600' } };
  const client = clientOf(documentedApi({ latency: 50 }, ({ url }) => (url.endsWith('locked') ? locked : undefined)));
  const controller = new AbortController();
  const held = client.users.get('locked', { signal: controller.signal }).catch(() => undefined);
  const calls = await many(49, () => client.users.get('user_123'));
  controller.abort();
  await held;
  expect(failures(calls)).toBe(0);
});

describe('calls whose answers take longer than half a window', () => {
  it('do not wait for one at its turn', async () => {
    const client = clientOf(documentedApi({ latency: 70_000 }), { timeout: 90_000 });
    const time = stopwatch();
    expect(failures(await many(400, () => client.users.get('user_123')))).toBe(0);
    // It takes ten minutes with an answer for each window.
    expect(time()).toBeLessThan(480_000);
  });

  it('have at most 100 requests in flight', async () => {
    let inFlight = 0;
    let most = 0;
    const api = inProcessApi(async () => {
      most = Math.max(most, ++inFlight);
      await sleep(40_000);
      inFlight -= 1;
      const reset = (Math.floor(Date.now() / 60_000) + 1) * 60;
      return Response.json(user, { headers: { date: new Date().toUTCString(), ...budget(1000, 900, reset) } });
    });
    const client = clientOf(api, { timeout: 90_000 });
    await settled(client.users.get('user_123'));
    await passTime(60_000);
    expect(failures(await many(600, () => client.users.get('user_123')))).toBe(0);
    expect(most).toBe(100);
  });
});

it('a bucket whose reset is its next request refuses none, although answers take longer than that', async () => {
  let tokens = 100;
  let filledAt = Date.now();
  const api = inProcessApi(async () => {
    await sleep(500);
    tokens = Math.min(100, tokens + (Date.now() - filledAt) / 600);
    filledAt = Date.now();
    const isAdmitted = tokens >= 1;
    if (isAdmitted) tokens -= 1;
    const reset = Math.floor((filledAt + Math.max(0, 1 - tokens) * 600) / 1000);
    const headers = { date: new Date().toUTCString(), ...budget(100, Math.floor(tokens), reset) };
    await sleep(500);
    return isAdmitted ? Response.json(user, { headers }) : errorResponse(429, headers);
  });
  expect(failures(await many(300, () => clientOf(api).users.get('user_123')))).toBe(0);
  expect(api.requests).toHaveLength(300);
});

describe('maxWait', () => {
  it.each([
    { maxWait: 100, latency: 300 },
    { maxWait: 0, latency: 300 },
    { maxWait: 2000, latency: 3000 },
  ])('rejects no call that only waits for the first answer of a window: %j', async ({ maxWait, latency }) => {
    const client = clientOf(documentedApi({ latency }), { rateLimit: { maxWait } });
    for (let burst = 0; burst < 3; burst++) {
      expect(failures(await many(5, () => client.users.get('user_123')))).toBe(0);
      await passTime(70_000);
    }
  });

  it.each([0, 1000])(
    'of %i ms rejects none that fits into the window, while slow answers look like those of others',
    async (maxWait) => {
      let used = 0;
      const api = inProcessApi(async ({ url }) => {
        used += 1;
        await sleep(url.endsWith('first') ? 10 : 5000 + used * 200);
        // As counted when the answer leaves: requests in flight seem to be those of others.
        const headers = {
          'x-ratelimit-limit': '100',
          'x-ratelimit-remaining': String(100 - used),
          'x-ratelimit-reset': String(start / 1000 + 60),
        };
        return Response.json(user, { headers });
      });
      const start = Date.now();
      const client = clientOf(api);
      await settled(client.users.get('first'));
      const burst = makeAll(30, () => client.users.get('user_123'));
      await passTime(6000);
      const inHaste = client.withOptions({ rateLimit: { maxWait } });
      const calls = makeAll(2, () => inHaste.users.get('user_123'));
      expect(failures(await settled(calls))).toBe(0);
      await settled(burst);
    },
  );

  it('rejects at once what waits for a later window, even if the first one was nearly over when it was seen', async () => {
    const client = clientOf(documentedApi({ latency: 10, begun: 55_000 }), { rateLimit: { maxWait: 30_000 } });
    await settled(client.users.get('user_123'));
    const time = stopwatch();
    const calls = makeAll(299, () => client.users.get('user_123').catch(() => time()));
    const rejected = (await settled(calls)).flatMap((each) =>
      each.status === 'fulfilled' && typeof each.value === 'number' ? [each.value] : [],
    );
    expect(rejected).toEqual(Array.from({ length: 100 }, () => 0));
  });

  it('rejects nothing that windows which are shorter than documented allow in time', async () => {
    const client = clientOf(documentedApi({ latency: 10, duration: 10_000 }), { rateLimit: { maxWait: 25_000 } });
    await many(110, () => client.users.get('user_123'));
    expect(failures(await many(250, () => client.users.get('user_123')))).toBe(0);
  });

  it('rejects few calls of a route that works because calls of one that fails are before it', async () => {
    const api = documentedApi({ latency: 10 }, ({ url }) =>
      isReport({ url }) && performance.now() > 30_000 ? new Response('', { status: 503 }) : undefined,
    );
    const client = clientOf(api);
    void makeAll(300, () => client.request('GET', '/reports'));
    const prompt = client.withOptions({ rateLimit: { maxWait: 20_000 } });
    const calls = many(200, async (index) => {
      await sleep(300_000 + 3000 * index);
      await prompt.users.get('user_123');
    });
    // While the calls before it have not been tried, a window may have no request left.
    expect(failures(await calls)).toBeLessThan(50);
  });

  it('rejects nothing that shorter windows allow after a time without calls', async () => {
    const client = clientOf(documentedApi({ latency: 10, duration: 10_000 }), { rateLimit: { maxWait: 25_000 } });
    await many(110, () => client.users.get('user_123'));
    await passTime(120_000);
    await settled(client.users.get('user_123'));
    expect(failures(await many(250, () => client.users.get('user_123')))).toBe(0);
  });

  it('takes no place of calls that have waited longer', async () => {
    const api = documentedApi({ latency: 1000 });
    const client = clientOf(api);
    const inHaste = client.withOptions({ rateLimit: { maxWait: 0 } });
    const time = stopwatch();
    let isDone = false;
    const calls = makeAll(150, () => client.users.get('user_123'));
    const hurrying = async () => {
      while (!isDone) {
        for (let call = 0; call < 10; call++) inHaste.users.get('user_123').catch(() => undefined);
        await sleep(100);
      }
    };
    const stopped = hurrying();
    expect(failures(await settled(calls))).toBe(0);
    expect(time()).toBeLessThan(125_000);
    isDone = true;
    await settled(stopped);
  });

  it('of 0 does not, either, if others wait for it as well', async () => {
    const client = clientOf(documentedApi({ latency: 300 }));
    const inHaste = client.withOptions({ rateLimit: { maxWait: 0 } });
    const calls = await many(10, (index) => (index < 5 ? client : inHaste).users.get('user_123'));
    expect(failures(calls)).toBe(0);
  });
});

describe('an API that gives no answers', () => {
  it('for some calls keeps the others from no window', async () => {
    const api = documentedApi({ latency: 50 }, (request) => (isReport(request) ? noAnswer(request) : undefined));
    const client = clientOf(api, { totalTimeout: 70_000 });
    const calls = await many(300, (index) => client.request('GET', index < 10 ? '/reports' : '/users/user_123'));
    // Those without an answer, whose retries go first in the second window, and those that come too late for it.
    expect(failures(calls)).toBeLessThanOrEqual(10 + 10 + 100);
  });

  it.each([
    { limit: 5, count: 60, outage: 600_000 },
    { limit: 1, count: 20, outage: 120_000 },
    { limit: 20, count: 60, outage: 60_000 },
  ])('for a while uses up the retries of no call that waits: %j', async ({ limit, count, outage }) => {
    const time = stopwatch();
    const api = documentedApi({ latency: 50, limit }, (request) =>
      time() > 1000 && time() < 1000 + outage ? noAnswer(request) : undefined,
    );
    const client = clientOf(api, { rateLimit: { limit } });
    await settled(client.users.get('user_1'));
    await passTime(1500);
    const calls = await many(count, (index) => client.users.get(`user_${index}`));
    // Those in flight when it began.
    expect(failures(calls)).toBeLessThanOrEqual(limit);
  });

  it('again, after it has, is asked as often as before', async () => {
    let hanging = 0;
    const api = documentedApi({ latency: 50 }, (request) => ((hanging -= 1) >= 0 ? noAnswer(request) : undefined));
    const client = clientOf(api);
    for (let turn = 0; turn < 3; turn++) {
      hanging = 3;
      const start = performance.now();
      await many(5, () => client.users.get('user_123', { maxRetries: 0, timeout: 100_000 }));
      const sentAfter = api.requests.slice(-5).map(({ at }) => Math.floor((at - start) / 1000));
      expect(sentAfter).toEqual([0, 1, 3, 7, 7]);
      await passTime(70_000);
    }
  });
});

describe('requests that are cancelled', () => {
  it('at once hold none of those that wait', async () => {
    const api = documentedApi({ latency: 3000, limit: 1000 }, (request) =>
      isReport(request) ? noAnswer(request) : undefined,
    );
    const client = clientOf(api, { rateLimit: { limit: 1000 } });
    await settled(client.users.get('user_123'));
    const { signal, abort } = abortable();
    const cancelled = makeAll(100, () => client.request('GET', '/reports', { signal }));
    const time = stopwatch();
    const calls = makeAll(50, () => client.users.get('user_123'));
    await passTime(100);
    abort();
    expect(failures(await settled(calls))).toBe(0);
    expect(time()).toBeLessThan(100 + 3000 + 100);
    expect(failures(await cancelled)).toBe(100);
  });

  it.each([
    ['with a signal', 300, 500, 1500],
    ['with a timeout', 300, 500, 1500],
    ['with a signal', 900, 2000, 5000],
    ['with a timeout', 900, 2000, 5000],
  ])(
    '%s, without a break, starve no others: one each %i ms, for %i ms, latency %i ms',
    async (as, every, after, latency) => {
      const api = documentedApi({ latency });
      const client = clientOf(api);
      const time = stopwatch();
      let isDone = false;
      const cancelling = async () => {
        while (!isDone) {
          const { signal, abort } = abortable();
          if (as === 'with a signal') setTimeout(abort, after);
          const options = as === 'with a signal' ? { signal } : { timeout: after, maxRetries: 0 };
          client.users.get('cancelled', options).catch(() => undefined);
          await sleep(every);
        }
      };
      const stopped = cancelling();
      const calls = await many(50, async (index) => {
        await sleep(1000);
        await client.users.get(`user_${index}`);
      });
      isDone = true;
      await settled(stopped);
      expect(failures(calls)).toBe(0);
      expect(time()).toBeLessThan(130_000);
    },
  );

  it('change the order of later calls no more once there was an answer', async () => {
    const api = documentedApi({ latency: 50, limit: 3 });
    const client = clientOf(api, { rateLimit: { limit: 3 } });
    await many(3, () => client.users.get('user_1'));
    const { signal, abort } = abortable();
    const cancelled = makeAll(1, () => client.users.get('user_2', { signal }));
    while (api.requests.length < 4) await passTime(10);
    abort();
    expect(failures(await cancelled)).toBe(1);
    await settled(client.users.get('user_3'));
    await many(20, (index) => client.users.get(`waiting_${index}`));
    const order = api.requests.slice(5).map(({ url }) => Number(/waiting_(\d+)/.exec(url)?.[1]));
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });
});
