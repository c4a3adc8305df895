import { beforeEach, describe, expect, it } from 'vitest';
import { clientOf } from '../support/http-server.ts';
import { errorResponse } from '../support/in-process-api.ts';
import { settled, sleep, useVirtualTime } from '../support/virtual-time.ts';
import { failures, isReport, makeAll, many } from './support/calls.ts';
import { documentedApi } from './support/documented-api.ts';

beforeEach(useVirtualTime);

describe('a route that fails', () => {
  const faults = [
    ['503, Retry-After: 3600, of the API', () => ({ status: 503, headers: { 'retry-after': '3600' } })],
    ['503, Retry-After: 3600', () => errorResponse(503, { 'retry-after': '3600' })],
    ['503, Retry-After: 30', () => errorResponse(503, { 'retry-after': '30' })],
    ['503', () => errorResponse(503)],
    ['502', () => errorResponse(502)],
    ['429', () => errorResponse(429)],
  ] as const;

  it.each(
    // Refusals slow the token for seconds, which is more than these calls have.
    faults
      .slice(0, -1)
      .flatMap(([name, fault]) => [
        [name, { totalTimeout: 2000 }, fault] as const,
        [name, { rateLimit: { maxWait: 2000 } }, fault] as const,
      ]),
  )('loses no calls of others: %s, %j', async (_, options, fault) => {
    const isDown = () => performance.now() > 120_000 && performance.now() < 420_000;
    const api = documentedApi({ latency: 50 }, (request) => (isReport(request) && isDown() ? fault() : undefined));
    const client = clientOf(api, options);
    const pages = await many(120, async (page) => {
      await sleep(page * 5000);
      client.request('GET', '/reports', { totalTimeout: 60_000 }).catch(() => undefined);
      await Promise.all([1, 2, 3].map((id) => client.users.get(`user_${id}`)));
    });
    expect(failures(pages)).toBe(0);
  });

  it.each(faults)('holds none that wait behind it at the start: %s', async (_, fault) => {
    const client = clientOf(documentedApi({ latency: 50 }, (request) => (isReport(request) ? fault() : undefined)));
    const report = client.request('GET', '/reports', { totalTimeout: 60_000 }).catch(() => undefined);
    const calls = await many(20, () => client.users.get('user_123', { totalTimeout: 5000 }));
    await settled(report);
    expect(failures(calls)).toBe(0);
  });

  it.each(faults)('keeps no background calls waiting: %s', async (_, fault) => {
    const api = documentedApi({ latency: 50 }, (request) =>
      isReport(request) && performance.now() < 300_000 ? fault() : undefined,
    );
    const client = clientOf(api);
    const reports = makeAll(100, async (index) => {
      await sleep(index * 3000);
      await client.request('GET', '/reports', { totalTimeout: 60_000 }).catch(() => undefined);
    });
    let endedAt = 0;
    const calls = await many(200, (index) =>
      client.users.get(`user_${index}`, { priority: 'background' }).then(() => (endedAt = performance.now())),
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
    await many(600, async (index) => {
      await sleep(index * 100);
      await client.users.get('user_123');
    });
    expect(performance.now()).toBeLessThan(70_000);
  });

  it('once, with a Retry-After of an hour, does not hold its own calls for so long', async () => {
    let calls = 0;
    const api = documentedApi({ latency: 50 }, () =>
      (calls += 1) === 1 ? errorResponse(503, { 'retry-after': '3600' }) : undefined,
    );
    const client = clientOf(api);
    expect(failures(await many(20, () => client.users.get('user_123')))).toBe(1);
    expect(performance.now()).toBeLessThan(10_000);
  });

  it('is asked as rarely as it wants, so that no call that waits uses up its retries', async () => {
    const isDown = () => performance.now() > 60_000 && performance.now() < 660_000;
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
