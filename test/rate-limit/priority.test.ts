import { describe, expect, it } from 'vitest';
import { CallPriority } from '../../src/rate-limit/limited-call.ts';
import { Limiter } from '../../src/rate-limit/limiter.ts';
import { type ApiOptions, documentedApi, failing, faults } from '../support/world/api.ts';
import type { Api } from '../support/world/network.ts';
import { worldWith } from '../support/world/world.ts';

// Normal calls go before background calls and find room. Row 5 of test/scenarios/ shows it for a web app and an import.

function setup(options: ApiOptions = {}, disturb = (api: Api) => api) {
  const { client, ...rest } = worldWith(disturb(documentedApi(options)));
  const importing = (index: number) => client.users.get(`import_${index}`, { priority: 'background' });
  /** The positions of the import's requests among all requests until this time. */
  const imports = (until = Infinity) => {
    const requests = rest.world.exchanges.filter(({ at }) => at < until).map(({ path }) => path);
    return requests.flatMap((path, index) => (path.startsWith('/users/import') ? [index] : []));
  };
  return { ...rest, client, importing, imports };
}

describe('background calls', () => {
  it('get a tenth of each window while normal calls wait', async () => {
    const { world, get, importing, imports } = setup();
    await world.run(() => {
      world.burst(250, get);
      world.burst(15, importing);
    });
    expect([100, 200].map((sent) => imports().filter((index) => index < sent).length)).toEqual([10, 15]);
  });

  it.each([100, Infinity])(
    "get it beside 95 that needn't wait, with an API that announces a limit of %s",
    async (limit) => {
      const { world, get, importing, imports } = setup({ limit });
      await world.run(async () => {
        world.clock.at(130_000, () => world.burst(25, importing));
        await world.every(630, 500, get);
      });
      expect(imports(310_000)).toHaveLength(25);
    },
  );

  it('probe the API in an outage only after normal calls', async () => {
    const { world, get, importing, imports } = setup({ takes: () => 300 }, (api) =>
      failing(api, faults[500], (_, now) => 500 < now && now < 3_000),
    );
    await world.run(async () => {
      await get(0);
      await world.clock.sleep(500);
      world.burst(3, importing);
      await world.clock.sleep(60); // All of them failed.
      world.burst(1, get);
    });
    expect(world.exchanges.slice(4, 6).map(({ path }) => path)).toEqual(Array(2).fill('/users/user_0'));
    expect(imports().length).toBeGreaterThan(5);
  });

  it('leave room for a page of five while no window is known', async () => {
    const { world, get, importing } = setup({ takes: () => 1_000 });
    await world.run(() => {
      world.burst(20, importing);
      world.burst(5, get, 'page');
    });
    expect(world.figures('page').max).toBe(1.04);
  });

  it('leave room for recent demand, including calls that maxWait rejected, but keep their tenth', async () => {
    const { world, client, importing, imports } = setup();
    const web = client.withOptions({ rateLimit: { maxWait: 0 } });
    const read = () => web.users.get('user_1');
    await world.run(async () => {
      // 200 reads in each of two windows; half of them are rejected.
      for (const [minute, reads] of [200, 200, 0].entries()) {
        await world.clock.sleep(minute * 60_100 - world.clock.now);
        await read();
        world.burst(reads, read);
      }
      world.burst(30, importing);
      await world.clock.sleep(2_000);
    });
    expect(imports(122_000)).toHaveLength(10);
  });

  it('leave no room for retries of normal calls', async () => {
    const seen = new Set<string>();
    const failsOnce = ({ path }: { path: string }) => path.includes('read') && seen.size < seen.add(path).size;
    const { world, get, importing, imports } = setup({}, (api) => failing(api, faults[500], failsOnce));
    await world.run(async () => {
      for (const minute of [0, 1, 2]) {
        await world.clock.sleep(minute * 60_100 - world.clock.now);
        await get(minute);
        if (minute < 2) world.burst(20, (index) => get(`read_${minute}_${index}`));
      }
      world.burst(60, importing);
      await world.clock.sleep(1_000);
    });
    expect(imports(121_500).length).toBeGreaterThan(40); // It would be 28 if retries counted.
  });

  it('that are raised go at once, in the room kept for normal calls', async () => {
    const site = { method: 'GET', path: '/', route: '/' };
    const limiter = new Limiter('', { now: () => 0, after: () => () => undefined });
    const reset = `${Date.now() / 1000 + 60}`;
    const headers = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '60', 'x-ratelimit-reset': reset };
    (await limiter.acquire(site)).recordResponse(200, new Headers(headers));
    const priorities = Array.from({ length: 12 }, () => new CallPriority('background'));
    const permits = priorities.map((priority) => limiter.acquire({ ...site, priority }));
    expect(limiter.snapshot).toMatchObject({ waiting: 2, remaining: 50 });
    priorities[11]!.raise();
    priorities[11]!.raise(); // has no effect
    expect(await permits[11]).toMatchObject({ waited: true });
    expect(limiter.snapshot).toMatchObject({ waiting: 1, remaining: 49 });
  });
});
