import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientOptions } from '@example/sdk';
import { clientOf, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi, noAnswer, type SentRequest } from '../support/in-process-api.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

const failures = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.filter(({ status }) => status === 'rejected').length;
const many = (count: number, call: (index: number) => PromiseLike<unknown>) =>
  settled(Promise.allSettled(Array.from({ length: count }, async (_, index) => call(index))));

/**
 * The documented API, with windows of a minute.
 *
 * @param fault What it answers instead, before it counts a request.
 */
function apiWith(
  { latency, limit = 100 }: { readonly latency: number; readonly limit?: number },
  fault: (request: SentRequest, headers: () => Record<string, string>) => Promise<Response> | Response | undefined,
) {
  const windows = new Map<number, number>();
  return inProcessApi(async (request) => {
    const { signal } = request.init;
    const answer = async () => {
      const window = Math.floor(Date.now() / 60_000);
      const used = (windows.get(window) ?? 0) + 1;
      const headers = () => ({
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(Math.max(0, limit - used)),
        'x-ratelimit-reset': String((window + 1) * 60),
      });
      const instead = fault(request, headers);
      if (instead) return instead;
      windows.set(window, used);
      await sleep(latency);
      return used > limit ? errorResponse(429, headers()) : Response.json(user, { headers: headers() });
    };
    return Promise.race([answer(), noAnswer({ init: { signal } } as SentRequest)]);
  });
}

/** Makes a call every so often, and returns how many of those that were made from a time on have succeeded. */
async function stream(
  call: (options: ClientOptions & { signal?: AbortSignal }) => PromiseLike<unknown>,
  {
    every,
    for: duration,
    from = 0,
    timeLimit,
    as,
  }: Record<'every' | 'for' | 'timeLimit', number> & { from?: number; as: string },
): Promise<{ made: number; succeeded: number }> {
  const counts = { made: 0, succeeded: 0 };
  const calls: Promise<unknown>[] = [];
  const start = performance.now();
  while (performance.now() - start < duration) {
    const controller = new AbortController();
    if (as === 'signal') setTimeout(() => controller.abort(), timeLimit);
    const counts_ = performance.now() - start >= from ? counts : { made: 0, succeeded: 0 };
    counts_.made += 1;
    const made = Promise.resolve(call(as === 'signal' ? { signal: controller.signal } : { totalTimeout: timeLimit }));
    calls.push(
      made.then(
        () => (counts_.succeeded += 1),
        () => undefined,
      ),
    );
    await sleep(every);
  }
  await Promise.all(calls);
  return counts;
}

describe.each(['totalTimeout', 'signal'])('calls with a time limit (%s)', (as) => {
  it('use all of the limit, even if there are more of them than it allows', async () => {
    const api = apiWith({ latency: 500 }, () => undefined);
    const client = clientOf(api);
    const options = { every: 400, for: 360_000, timeLimit: 15_000, as };
    const { succeeded } = await settled(stream((call) => client.users.get('user_123', call), options));
    expect(succeeded).toBeGreaterThanOrEqual(6 * 95);
  });

  it.each([
    { every: 1800, latency: 2000, timeLimit: 5000, path: '/projects' },
    { every: 2700, latency: 3000, timeLimit: 5000, path: '/projects' },
    { every: 500, latency: 700, timeLimit: 1000, path: undefined },
  ])('succeed again soon after some were refused: %j', async ({ every, latency, timeLimit, path }) => {
    const start = performance.now() + 10_000;
    const isRefusing = () => performance.now() >= start && performance.now() < start + 10_000;
    const api = apiWith({ latency, limit: 1000 }, () => (isRefusing() ? errorResponse(429) : undefined));
    const client = clientOf(api);
    let id = 0;
    const options = { every, for: 600_000, from: 120_000, timeLimit, as };
    const call = (given: object) => client.request('GET', path ?? `/users/user_${(id += 1)}`, given);
    const { made, succeeded } = await settled(stream(call, options));
    expect(succeeded).toBeGreaterThanOrEqual(0.9 * made);
  });

  it.each([
    { outage: 60_000, every: 780, latency: 1500, timeLimit: 15_000, limit: 100 },
    { outage: 60_000, every: 200, latency: 300, timeLimit: 5000, limit: 1000 },
    { outage: 3000, every: 100, latency: 300, timeLimit: 3000, limit: 1000 },
  ])('succeed again soon after an outage: %j', async ({ outage, latency, limit, every, timeLimit }) => {
    const start = performance.now() + 10_000;
    const isDown = () => performance.now() >= start && performance.now() < start + outage;
    const api = apiWith({ latency, limit }, () => (isDown() ? errorResponse(503) : undefined));
    const client = clientOf(api);
    const options = { every, for: 240_000, from: 10_000 + outage + 30_000, timeLimit, as };
    const { made, succeeded } = await settled(stream((call) => client.users.get('user_123', call), options));
    expect(succeeded).toBeGreaterThanOrEqual(0.9 * made);
  });
});

describe('a 503 of one route', () => {
  it.each([
    ['with the headers of the API', true],
    ['without them', false],
  ])('holds no calls of others, however long its Retry-After is: %s', async (_, hasHeaders) => {
    const api = apiWith({ latency: 50 }, ({ url }, headers) =>
      url.includes('/reports')
        ? errorResponse(503, { 'retry-after': '3600', ...(hasHeaders && headers()) })
        : undefined,
    );
    const client = clientOf(api);
    const calls = many(60, async (index) => {
      await sleep(index * 1000);
      if (index % 10 === 5) return client.request('GET', '/reports').catch(() => undefined);
      return client.users.get('user_123');
    });
    expect(failures(await calls)).toBe(0);
    expect(performance.now()).toBeLessThan(120_000);
  });

  it('slows no calls of others if the API itself fails', async () => {
    const api = apiWith({ latency: 50, limit: 1000 }, ({ url }, headers) =>
      url.includes('/reports') ? errorResponse(503, headers()) : undefined,
    );
    const client = clientOf(api);
    const start = performance.now();
    await many(600, async (index) => {
      await sleep(index * 100);
      if (index % 10 === 5) return client.request('GET', '/reports').catch(() => undefined);
      return client.users.get('user_123');
    });
    expect(performance.now() - start).toBeLessThan(70_000);
  });

  it('rejects no calls that wait behind it', async () => {
    const api = apiWith({ latency: 50 }, ({ url }) =>
      url.includes('/reports') ? errorResponse(503, { 'retry-after': '3600' }) : undefined,
    );
    const client = clientOf(api);
    const calls = many(51, (index) => {
      return index === 0 ? client.request('GET', '/reports').catch(() => undefined) : client.users.get('user_123');
    });
    expect(failures(await calls)).toBe(0);
  });
});

it('a resource that is held for long rejects no calls of others, even in a new process', async () => {
  const api = apiWith({ latency: 50 }, ({ url }, headers) =>
    url.endsWith('locked') ? errorResponse(429, { 'retry-after': '3600', ...headers() }) : undefined,
  );
  const client = clientOf(api);
  const controller = new AbortController();
  const locked = client.users.get('locked', { signal: controller.signal }).catch(() => undefined);
  const calls = await many(49, () => client.users.get('user_123'));
  controller.abort();
  await locked;
  expect(failures(calls)).toBe(0);
});

it.each([
  { maxWait: 100, latency: 300 },
  { maxWait: 0, latency: 300 },
  { maxWait: 2000, latency: 3000 },
])(
  'maxWait rejects no call that only waits for what the first one of a window shows: %j',
  async ({ maxWait, latency }) => {
    const api = apiWith({ latency }, () => undefined);
    const client = clientOf(api, { rateLimit: { maxWait } });
    for (let burst = 0; burst < 3; burst++) {
      expect(failures(await many(5, () => client.users.get('user_123')))).toBe(0);
      await passTime(70_000);
    }
  },
);

it('calls that get no answer do not keep others from the next window', async () => {
  const api = apiWith({ latency: 50 }, (request) => (request.url.includes('/slow') ? noAnswer(request) : undefined));
  const client = clientOf(api, { totalTimeout: 70_000 });
  const calls = many(300, (index) => client.request('GET', index < 10 ? '/slow' : '/users/user_123'));
  // Those without an answer, whose retries go first in the second window, and those that come too late for it.
  expect(failures(await calls)).toBeLessThanOrEqual(10 + 10 + 100);
});

describe('a route that fails, behind a gateway', () => {
  const faults: [string, (id: number) => Response][] = [
    ['503, Retry-After: 30', () => errorResponse(503, { 'retry-after': '30' })],
    ['503', () => errorResponse(503)],
    ['502', () => errorResponse(502)],
    ['429 of 20 resources', () => errorResponse(429)],
  ];

  it.each(
    // Refusals of many resources slow the token for seconds, which is more than these calls have.
    faults
      .slice(0, -1)
      .flatMap(([name, fail]) => [
        [name, { totalTimeout: 2000 }, fail] as const,
        [name, { rateLimit: { maxWait: 2000 } }, fail] as const,
      ]),
  )('loses no calls of other routes: %s, %j', async (_, options, fail) => {
    const start = performance.now();
    let failed = 0;
    const api = apiWith({ latency: 50 }, ({ url }) => {
      const minutes = (performance.now() - start) / 60_000;
      return url.includes('/reports') && minutes > 2 && minutes < 7 ? fail((failed += 1)) : undefined;
    });
    const client = clientOf(api, options);
    const pages = await many(120, async (page) => {
      await sleep(page * 5000);
      const report = { params: { id: String(page % 20) }, totalTimeout: 60_000 };
      client.request('GET', '/reports/{id}', report).catch(() => undefined);
      await Promise.all([1, 2, 3].map((id) => client.users.get(`user_${id}`)));
    });
    expect(failures(pages)).toBe(0);
  });

  it.each(faults)('does not hold those that wait behind it at the start: %s', async (_, fail) => {
    const api = apiWith({ latency: 50 }, ({ url }) => (url.includes('/reports') ? fail(0) : undefined));
    const client = clientOf(api);
    const report = client.request('GET', '/reports', { totalTimeout: 60_000 }).catch(() => undefined);
    const calls = await many(20, () => client.users.get('user_123', { totalTimeout: 5000 }));
    await settled(report);
    expect(failures(calls)).toBe(0);
  });

  it.each(faults)('keeps no background calls waiting: %s', async (_, fail) => {
    const start = performance.now();
    const isFailing = () => performance.now() - start < 300_000;
    const api = apiWith({ latency: 50 }, ({ url }) => (url.includes('/reports') && isFailing() ? fail(0) : undefined));
    const client = clientOf(api);
    const reports = many(100, async (index) => {
      await sleep(index * 3000);
      await client.request('GET', '/reports/{id}', { params: { id: String(index % 20) } }).catch(() => undefined);
    });
    let endedAt = 0;
    const calls = many(200, (index) =>
      client.users.get(`user_${index}`, { priority: 'background' }).then(() => (endedAt = performance.now() - start)),
    );
    expect(failures(await calls)).toBe(0);
    expect(endedAt).toBeLessThan(200_000);
    await reports;
  });
});

it.each([
  { limit: 5, count: 60, outage: 600_000 },
  { limit: 1, count: 20, outage: 120_000 },
  { limit: 20, count: 60, outage: 60_000 },
])('an API that gives no answers for a while uses up the retries of no call that waits: %j', async (row) => {
  const start = performance.now();
  const api = apiWith({ latency: 50, limit: row.limit }, (request) => {
    const time = performance.now() - start;
    return time > 1000 && time < 1000 + row.outage ? noAnswer(request) : undefined;
  });
  const client = clientOf(api, { rateLimit: { limit: row.limit } });
  await settled(client.users.get('user_1'));
  await passTime(1500);
  const calls = await many(row.count, (index) => client.users.get(`user_${index}`));
  // Those in flight when it began.
  expect(failures(calls)).toBeLessThanOrEqual(row.limit);
});

it('requests that are cancelled at once hold none of those that wait', async () => {
  const api = apiWith({ latency: 50 }, (request) => (request.url.includes('/slow') ? noAnswer(request) : undefined));
  const client = clientOf(api, { rateLimit: { limit: 1000 } });
  await settled(client.users.get('user_123'));
  const controller = new AbortController();
  const slow = many(99, () => client.request('GET', '/slow', { signal: controller.signal }).catch(() => undefined));
  const calls = many(99, () => client.users.get('user_123'));
  await passTime(60_000);
  const start = performance.now();
  await passTime(500);
  controller.abort();
  expect(failures(await calls)).toBe(0);
  expect(performance.now() - start).toBeLessThan(2000);
  await slow;
});
