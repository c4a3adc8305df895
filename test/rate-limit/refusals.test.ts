import { describe, expect, it } from 'vitest';
import { LimitedServer } from './support/servers.ts';
import { type ServerReply, type SimulatedServer, summary, VirtualTime, World } from './support/simulation.ts';

const minute = 60_000;

/** Adds another client on the token, which sends `share` requests per window, evenly spread. */
function addForeign(world: World, server: LimitedServer, share: number, until: number): void {
  const pause = server.options.window / share;
  const send = () => {
    server.answer(world.time.now() + world.network.offset);
    if (world.time.now() + pause < until) world.time.after(pause, send);
  };
  world.time.after(pause / 2, send);
}

describe('a refusal', () => {
  it('stops the whole queue until the reset, and the refused call goes first', async () => {
    const server = new LimitedServer({ kind: 'first-request', limit: 20, window: minute });
    const world = new World(server);
    world.call(5);
    await world.time.run(1000);
    // Another client uses up the rest, unnoticed.
    for (let index = 0; index < 15; index += 1) server.answer(1000 + world.network.offset);
    world.call(30);
    const records = await world.finish();
    expect(summary(records).failed).toBe(0);
    const refused = records.filter(({ refusals }) => refusals > 0);
    // Those in flight together with the first one. Nothing was sent after that until the reset.
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(15);
    const first = records.filter(({ sentAt }) => sentAt.at(-1)! > minute).sort((a, b) => a.order - b.order)[0]!;
    expect(first.refusals).toBe(1);
    const between = records.flatMap(({ sentAt }) => sentAt).filter((at) => at > 1010 && at < minute);
    expect(between).toEqual([]);
  });

  it('blocks for as long as Retry-After says, if the API reports nothing else', async () => {
    let refuse = true;
    const server: SimulatedServer = {
      answer: () => (refuse ? reply(429, { 'retry-after': '7' }) : reply(200, {})),
    };
    const world = new World(server);
    world.call(12);
    world.time.after(3000, () => (refuse = false));
    const records = await world.finish();
    expect(summary(records).failed).toBe(0);
    for (const { sentAt } of records) expect(sentAt.filter((at) => at > 10 && at < 7000)).toEqual([]);
    expect(summary(records).end).toBeLessThan(7100);
  });

  it('without any header blocks for a minute', async () => {
    let refuse = true;
    const server: SimulatedServer = { answer: () => (refuse ? reply(429, {}) : reply(200, {})) };
    const world = new World(server);
    world.call(30);
    world.time.after(minute / 2, () => (refuse = false));
    const records = await world.finish();
    expect(summary(records).failed).toBe(0);
    for (const { sentAt } of records) expect(sentAt.filter((at) => at > 10 && at < minute)).toEqual([]);
  });

  it('with budget left is another limit than the one announced: one request at a time finds out when it is over', async () => {
    let refuse = true;
    const reset = String(Math.ceil((1_700_000_123_456 + minute) / 1000));
    const known = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '90', 'x-ratelimit-reset': reset };
    let sent = 0;
    const server: SimulatedServer = {
      answer: (now) => {
        sent += 1;
        return reply(refuse ? 429 : 200, { ...known, date: new Date(now).toUTCString() });
      },
    };
    const world = new World(server);
    world.call(10);
    world.time.after(2500, () => (refuse = false));
    await world.time.run(2000);
    expect(sent).toBe(11);
    const records = await world.finish();
    expect(summary(records).failed).toBe(0);
    expect(summary(records).end).toBeLessThan(10_000);
  });

  it('of every request fails the calls in the end, after few requests', async () => {
    let sent = 0;
    const server: SimulatedServer = {
      answer: () => {
        sent += 1;
        return reply(429, { 'retry-after': '1' });
      },
    };
    const world = new World(server);
    world.call(3);
    const records = await world.finish();
    expect(records.map(({ status }) => status)).toEqual([429, 429, 429]);
    expect(sent).toBe(9);
  });
});

describe('an API whose windows are used up as they begin', () => {
  it('is believed for an hour: others may use them up. Then the calls fail', async () => {
    const server: SimulatedServer = {
      answer: (now) =>
        reply(429, {
          'x-ratelimit-limit': '100',
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String((Math.floor(now / minute) + 1) * 60),
          date: new Date(now).toUTCString(),
        }),
    };
    const world = new World(server);
    world.call(1);
    const [record] = await world.finish();
    expect(record).toMatchObject({ status: 429 });
    expect(record!.doneAt).toBeGreaterThan(60 * minute);
    expect(record!.doneAt).toBeLessThan(64 * minute);
    // In each window, one request asks whether it is over, and one whether the limit slides.
    expect(record!.refusals).toBeLessThanOrEqual(2 * 63);
  });
});

describe('another client on the token', () => {
  it.each([minute, 4000])('that uses a third of each window of %i ms costs few refusals', async (window) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const server = new LimitedServer({ kind: 'aligned', limit: 100, window });
      const world = new World(server, { seed, offset: 1_700_000_000_000 + seed * 7777 });
      addForeign(world, server, 33, 6 * window);
      world.call(300);
      const { failed, refusals } = summary(await world.finish());
      expect(failed).toBe(0);
      expect(refusals).toBeLessThanOrEqual(15);
    }
  });

  it('that used up most of the window before the first call is noticed before too many are sent', async () => {
    const server = new LimitedServer({ kind: 'first-request', limit: 100, window: minute });
    const world = new World(server);
    for (let index = 0; index < 60; index += 1) server.answer(world.network.offset - 5000);
    world.call(300);
    expect(summary(await world.finish())).toMatchObject({ failed: 0, refusals: 0 });
  });

  it('can be three more processes without a store: none of their calls fails', async () => {
    const server = new LimitedServer({ kind: 'aligned', limit: 100, window: minute });
    const time = new VirtualTime();
    const worlds = [1, 2, 3, 4].map((seed) => new World(server, { seed, time }));
    for (const world of worlds) world.call(75);
    await time.run();
    let refusals = 0;
    for (const world of worlds) {
      const result = summary(await world.finish());
      expect(result.failed).toBe(0);
      refusals += result.refusals;
    }
    expect(refusals).toBeLessThan(60);
  });
});

describe('what changes while calls run', () => {
  it('can be the limit: the next answer reports it', async () => {
    const server = new LimitedServer({ kind: 'first-request', limit: 100, window: minute });
    const world = new World(server);
    world.call(100);
    await world.time.run(1000);
    server.options.limit = 20;
    world.call(60);
    await world.time.run(minute + 1000);
    server.options.limit = 200;
    world.call(400);
    const { failed, refusals } = summary(await world.finish());
    expect({ failed, refusals }).toEqual({ failed: 0, refusals: 0 });
  });

  it.each([-20_000, 20_000, -600_000, 600_000])(
    'can be the clock: it jumps by %i ms, and the window is followed again',
    async (jump) => {
      const server = new LimitedServer({ kind: 'aligned', limit: 100, window: minute });
      const world = new World(server);
      world.call(250);
      await world.time.run(1000);
      world.network.offset += jump;
      const records = await world.finish();
      expect(summary(records).failed).toBe(0);
      expect(summary(records).end).toBeLessThan(5 * minute);
    },
  );

  it('can be the window, with requests in flight: they count in the new one', async () => {
    const server = new LimitedServer({ kind: 'aligned', limit: 10, window: minute });
    // 10 seconds before the boundary.
    const offset = 1_700_000_040_000 + 50_000;
    const world = new World(server, { offset });
    world.call(1);
    await world.time.run(9_000);
    // Six that take three seconds to arrive.
    const fast = world.network.latency;
    world.network.latency = () => 3000;
    world.call(6);
    await world.time.run(9_100);
    world.network.latency = fast;
    world.call(20);
    expect(summary(await world.finish())).toMatchObject({ failed: 0, refusals: 0 });
    expect(server.refused).toBe(0);
  });
});

describe('a reset that makes no sense', () => {
  it.each([
    ['an hour ahead', 3600],
    ['years ahead', 1e8],
    ['in the past', -5000],
  ])('does not delay calls: %s', async (_, seconds) => {
    const inner = new LimitedServer({ kind: 'first-request', limit: 50, window: minute });
    const server: SimulatedServer = {
      answer(now) {
        const answer = inner.answer(now);
        answer.headers.set('x-ratelimit-reset', String(Math.ceil(now / 1000 / 7200) * 7200 + seconds));
        return answer;
      },
    };
    const world = new World(server, { offset: 1_700_000_000_000 });
    world.call(150);
    const { failed, refusals, end } = summary(await world.finish());
    expect({ failed, refusals }).toEqual({ failed: 0, refusals: 0 });
    expect(end).toBeLessThan(2.1 * minute);
  });

  it('with a limit of 0 still lets one call at a time probe', async () => {
    const server: SimulatedServer = {
      answer: (now) =>
        reply(200, {
          'x-ratelimit-limit': '0',
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Math.ceil(now / 1000) + 1),
          date: new Date(now).toUTCString(),
        }),
    };
    const world = new World(server);
    world.call(15);
    expect(summary(await world.finish()).failed).toBe(0);
  });
});

function reply(status: number, headers: Record<string, string>): ServerReply {
  return { status, headers: new Headers(headers) };
}
