import { beforeEach, describe, expect, it } from 'vitest';
import { clientOf, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';
import { failures, isReport, makeAll, many } from './support/calls.ts';
import { documentedApi } from './support/documented-api.ts';

beforeEach(useVirtualTime);

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
    const start = performance.now();
    const calls = makeAll(299, () => client.users.get('user_123').catch(() => performance.now() - start));
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
    expect(performance.now()).toBeLessThan(125_000);
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
