import { describe, expect, it } from 'vitest';
import { CallPriority } from '../../src/rate-limit/queue.ts';
import { Limiter } from '../../src/rate-limit/limiter.ts';
import { documentedApi } from '../support/world/api.ts';
import { World } from '../support/world/world.ts';

// P3: normal calls go before background calls and find room. Row 5 of main street shows it for a web backend and an import.

const background = { priority: 'background' } as const;
const user = (index: number) => `user_${index}`;

/** The numbers of the requests in the order of which those of a group arrived. */
const places = ({ exchanges }: World, prefix: string) =>
  exchanges.flatMap(({ path }, index) => (path.startsWith(`/users/${prefix}`) ? [index] : []));

describe('background calls', () => {
  it('get one request in ten while normal calls wait', async () => {
    const world = new World({ kind: 'sdk', api: documentedApi().receive });
    const client = world.sdk();
    await world.run(() => {
      world.burst(400, (index) => client.users.get(user(index)));
      world.burst(20, (index) => client.users.get(`import_${index}`, background));
    });
    const imports = places(world, 'import');
    expect(imports[0]).toBeLessThan(20);
    expect(imports.slice(1).map((place, index) => place - imports[index]!)).toEqual(Array(19).fill(10));
  });

  it('leave room for normal ones from the first minute on', async () => {
    const world = new World({ kind: 'sdk', api: documentedApi().receive });
    const client = world.sdk();
    const web = client.withOptions({ rateLimit: { maxWait: 2_000 } });
    await world.run(async () => {
      world.burst(400, (index) => client.users.get(user(index), background), 'import');
      await world.every(2_000, 90, (index) => web.users.get(user(index)), 'web');
    });
    const reads = world.figures('web');
    expect(reads).toMatchObject({ answered: 90, rejected: {} });
    expect(reads.p95).toBeLessThanOrEqual(0.2);
  });

  it('get what is left: nearly all of five windows, if there are no normal calls', async () => {
    const world = new World({ kind: 'sdk', api: documentedApi().receive });
    const client = world.sdk(background);
    const figures = await world.run(() => world.burst(490, (index) => client.users.get(user(index))));
    expect(figures).toMatchObject({ answered: 490, refused: 0 });
    expect(figures.end).toBeLessThanOrEqual(300);
  });

  it('that are raised go at once, from what is kept for normal ones', () => {
    let now = 0;
    const limiter = new Limiter('', { now: () => now, after: () => () => undefined });
    const site = { method: 'GET', path: '/', route: '/' };
    const sent: string[] = [];
    const headers = {
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '60',
      'x-ratelimit-reset': `${Date.now() / 1000 + 60}`,
    };
    const first = limiter.acquire(site);
    if (first instanceof Promise) throw new Error('Nothing was known that it could wait for.');
    first.recordResponse(200, new Headers(headers));
    const priorities = ['a', 'b'].map((name) => {
      const priority = new CallPriority('background');
      void Promise.resolve(limiter.acquire({ ...site, priority })).then(() => sent.push(name));
      return priority;
    });
    now = 10;
    priorities[1]!.raise();
    priorities[1]!.raise(); // has no further effect
    expect(limiter.snapshot).toMatchObject({ waiting: 1, remaining: 59 });
  });
});

it('normal calls that maxWait rejected count as demand', async () => {
  const world = new World({ kind: 'sdk', api: documentedApi().receive });
  const client = world.sdk();
  const web = client.withOptions({ rateLimit: { maxWait: 0 } });
  await world.run(async () => {
    // 200 reads in each of two windows, half of which are rejected.
    for (const at of [0, 60_100, 120_100]) {
      await world.clock.sleep(at - world.clock.now);
      await web.users.get(user(0));
      world.burst(at === 120_100 ? 0 : 200, (index) => web.users.get(user(index)), 'web');
    }
    world.burst(30, (index) => client.users.get(`import_${index}`, background), 'import');
    await world.clock.sleep(2_000);
  });
  expect(world.exchanges.filter(({ at, path }) => at < 122_100 && path.startsWith('/users/import'))).toHaveLength(0);
});
