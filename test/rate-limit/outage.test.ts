import { describe, expect, it } from 'vitest';
import { type ClientOptions } from '@example/sdk';
import { between, documentedApi, failing, failingAt, failure, faults } from '../support/world/api.ts';
import type { Answer } from '../support/world/network.ts';
import { newBaseUrl, World, worldWith } from '../support/world/world.ts';

// What test/scenarios/ doesn't show about outages.

const api = () => documentedApi({ limit: 10_000 });
const down = (to = 60_000) => failing(api(), faults[500], between(0, to));
const isReport = ({ path }: { readonly path: string }) => path.startsWith('/reports');
const failingReports = (to = Infinity, given = api()) =>
  failing(given, faults[500], (request, now) => isReport(request) && now < to);

/** As {@link worldWith}, plus a second route. */
function setup(given = down(), options: ClientOptions = {}) {
  const { client, ...rest } = worldWith(given, options);
  const report = (index: number) => client.request('GET', '/reports/{id}', { params: { id: `${index}` } });
  return { ...rest, client, report };
}

describe('an outage', () => {
  it('begins when two calls in a row fail: then one request at a time probes, 0.1 … 2 s after the last', async () => {
    const { world, get } = setup(down(20_000), { outageWait: 60_000 });
    await world.run(() => world.burst(5, get));
    const tries = world.sentAt().slice(5);
    const gaps = tries.map((at, index) => at - (tries[index - 1] ?? 0) - 40);
    expect(gaps.slice(0, 8)).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
  });

  it("doesn't begin because of a failed call that was sent before the last response came", async () => {
    const { world, get, report } = setup(failing(api(), { ...failure(500), after: 3_000 }, isReport));
    await world.run(async () => {
      world.burst(2, report);
      await world.clock.sleep(2_000);
      await get(0);
      await world.clock.sleep(1_100);
      world.burst(5, get, 'others');
    });
    expect(world.figures('others').max).toBe(0.04);
  });

  it.each([
    [404, 9, 40],
    [429, 10, 2_500],
  ])('ends with another response, such as a %i', async (status, answered, within) => {
    let answers = 0;
    const answer = failing(down(5_000), failure(status), (_, now) => now > 5_000 && answers++ === 0);
    const { world, get } = setup(answer, { outageWait: 60_000 });
    expect(await world.run(() => world.burst(10, get))).toMatchObject({ answered });
    const burst = world.sentAt(4_980);
    expect(burst.at(-1)! - burst[0]!).toBeLessThanOrEqual(within);
  });

  it('ends when no call is in progress: the next call assumes nothing about the API', async () => {
    const { world, get } = setup();
    await world.run(async () => {
      world.burst(5, get);
      await world.clock.sleep(30_000);
      world.burst(5, get);
    });
    expect(world.sentAt(30_000).slice(0, 5)).toEqual(Array(5).fill(30_000));
  });
});

describe('during an outage,', () => {
  it("a new call is sent at once, but a second one at the same time isn't", async () => {
    const { world, get } = setup();
    await world.run(async () => {
      world.burst(5, get);
      await world.clock.sleep(4_000);
      world.burst(2, () => get('new'));
      await world.clock.sleep(30);
      expect(world.exchanges.filter(({ path }) => path === '/users/user_new')).toMatchObject([{ at: 4_020 }]);
    });
  });

  it('a probe without a response for 2 s no longer delays the next, and triggers none when it ends', async () => {
    const hangs = failing(api(), faults.hang, between(1_000, 60_000));
    const { world, get } = setup(hangs, { timeout: 3_000, outageWait: 60_000 });
    await world.run(async () => {
      await get(0);
      await world.clock.sleep(1_000);
      world.burst(20, get);
    });
    const tries = world.sentAt(4_480).filter((at) => at < 25_000);
    const gaps = tries.slice(1).map((at, index) => at - tries[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_900);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2_700);
  });

  it("routes that haven't failed go first", async () => {
    const { world, get, report } = setup(failingReports());
    await world.run(async () => {
      world.burst(2, report);
      await world.clock.sleep(60);
      world.burst(6, report);
      world.burst(5, get, 'good');
    });
    expect(world.figures('good')).toMatchObject({ answered: 5 });
    expect(world.figures('good').max).toBeLessThanOrEqual(0.5);
  });

  it("retries don't count, so waiting calls lose none", async () => {
    const { world, get } = setup(down(9_000), { maxRetries: 1 });
    expect(await world.run(() => world.burst(20, get))).toMatchObject({ answered: 20 });
  });

  it('a Retry-After delays all probes, whatever another call gets', async () => {
    const asks = failure(500, 'busy', { 'retry-after': '30' });
    const { world, get } = setup(failingAt(down(10_000), { 1: asks, 2: asks }), { outageWait: 60_000 });
    await world.run(async () => {
      world.burst(2, get);
      await world.clock.sleep(3_000);
      world.burst(1, get);
    });
    expect(world.sentAt(3_080)[0]).toBeGreaterThanOrEqual(30_000);
  });

  it("waiting for a Retry-After doesn't count as waiting for the outage, however many others probe", async () => {
    const { world, get } = setup(failingAt(down(), { 1: failure(503, 'busy', { 'retry-after': '30' }) }));
    await world.run(async () => {
      world.burst(1, get, 'asked');
      await world.every(1_000, 40, get);
    });
    expect(world.figures('asked').firstRejection).toBeGreaterThanOrEqual(38);
  });
});

describe('a call that only waits for the outage to end rejects', () => {
  it.each<[string, ClientOptions, number]>([
    ['after 10 s', {}, 10],
    ['after outageWait', { outageWait: 25_000 }, 25],
    ['after ten minutes in the background', { priority: 'background' }, 600],
    ['after outageWait in the background', { priority: 'background', outageWait: 5_000 }, 5],
  ])('%s', async (_, options, seconds) => {
    const { world, get } = setup(down(2_000_000), options);
    const figures = await world.run(() => world.burst(30, get));
    expect(figures.firstRejection).toBeGreaterThanOrEqual(seconds - 0.1);
    expect(figures.lastRejection).toBeLessThanOrEqual(seconds + 3);
    const message =
      'The API has failed for longer than the call may wait (outageWait). The call was sent. (GET /users/{id})';
    const cause = { status: 500, message: expect.stringContaining('(500 GET /users/{id})') };
    expect(figures.errors.at(-1)).toMatchObject({ name: 'UnavailableError', message, cause });
  });

  it("with a copy of the last failure if it was not sent; the copy doesn't reveal the failed call", async () => {
    const { world, client, get } = setup(failing(api(), failure(503, 'maintenance', { 'x-request-id': 'req_1' })));
    await world.run(async () => {
      world.burst(10, (index) => client.request('GET', `/secrets('${index}')`));
      await world.clock.sleep(500);
      world.burst(3, (index) => get(index, { totalTimeout: 25 }), 'hurried');
      await world.clock.sleep(2_500);
      world.burst(10, get, 'new');
    });
    for (const error of world.figures('hurried').errors) {
      const { message, cause } = error as Error;
      expect(`${message} ${String(cause)}`).not.toContain('secrets');
    }
    const unsent = world.figures('new').errors.filter((error) => String(error).includes('The call was not sent.'));
    expect(unsent.length).toBeGreaterThan(2);
    for (const error of unsent) {
      const { cause } = error as { readonly cause: Error };
      const failure = { name: 'InternalServerError', status: 503, code: 'maintenance', requestId: 'req_1' };
      expect(cause).toMatchObject(failure);
      expect(`${cause.message} ${cause.stack} ${JSON.stringify(cause)}`).not.toContain('secrets');
    }
  });

  it.each([
    ['which keep waiting', {}, 99],
    ['which is ignored with rateLimit: false', { rateLimit: false as const }, 250],
  ])('even if the window has no room for the others, %s', async (_, options, rejected) => {
    const { world, get } = setup(failing(documentedApi(), faults.refused, between(1_000, 16_000)), options);
    const { answered, errors } = await world.run(async () => {
      await get(0);
      await world.clock.sleep(1_000);
      world.burst(250, get);
    });
    expect(new Set(errors.map((error) => (error as Error).name))).toEqual(new Set(['UnavailableError']));
    expect([errors.length, answered]).toEqual([rejected, 250 - rejected]);
  });
});

it('no error of an outage has an earlier refusal as its cause', async () => {
  const refusing = failing(documentedApi(), faults['429 without headers'], between(0, 900));
  const { world, get } = worldWith(failing(refusing, faults[503], between(900, 600_000)));
  const { errors } = await world.run(() => world.burst(40, get));
  expect(errors).toHaveLength(40);
  for (const error of errors) expect((error as Error).cause).not.toMatchObject({ name: 'RateLimitError' });
});

it('a new client for each call, with its own `fetch`, waits no longer', async () => {
  const world = new World({ api: failing(documentedApi(), faults[503], between(0, 600_000)) });
  const baseUrl = newBaseUrl();
  const figures = await world.run(() =>
    world.every(200, 150, () =>
      world.sdk({ baseUrl, fetch: (url, init) => world.fetch(url, init) }).users.get('user_1'),
    ),
  );
  expect(figures.lastRejection).toBeLessThanOrEqual(13);
});

describe('a route that always fails', () => {
  it.each(['background', 'normal'] as const)('delays no call of another, if its calls are %s', async (priority) => {
    const slow = documentedApi({ takes: () => 300 });
    const { world, client, get } = setup((request, now) => ({
      ...slow(request, now),
      ...(isReport(request) && faults[500]),
    }));
    const report = (id: number) => client.request('GET', '/reports/{id}', { params: { id: `${id}` }, priority });
    await world.run(async () => {
      await get(0);
      world.burst(3, report, 'bad');
      await world.clock.sleep(500);
      await world.every(1_500, 6, get, 'good');
    });
    expect(world.figures('good')).toMatchObject({ answered: 6 });
    expect(world.figures('good').max).toBeLessThan(0.7);
  });

  it('gets its last retry after ten others', async () => {
    const { world, client } = setup(down(600_000));
    await world.run(() => world.burst(1, () => client.users.get('user_1', { maxRetries: 20 })));
    expect(world.exchanges).toHaveLength(1 + 10 + 1);
  });

  it('gets one retry in ten seconds after ten failed retries in a row, and the others continue', async () => {
    const { world, get, report } = setup(failingReports());
    await world.run(async () => {
      void world.every(1_000, 120, report, 'bad');
      await world.every(500, 250, get, 'good');
    });
    expect(world.figures('good')).toMatchObject({ answered: 250, p95: 0.04 });
    const retries = world.exchanges.filter(isReport).length - 120;
    // Otherwise, there would be 240. Two failed calls in a row are a short outage, in which one of them probes.
    expect(retries).toBeGreaterThanOrEqual(10 + 10);
    expect(retries).toBeLessThanOrEqual(10 + 25);
    for (const error of world.figures('bad').errors)
      expect(error).toMatchObject({ name: 'InternalServerError', status: 500 });
  });

  it.each<[name: string, answer: Answer | undefined, requests: number]>([
    ['gets its retries back after one of its requests succeeded', undefined, 3],
    ['gets no retries back after a refusal', failure(429), 1],
  ])('%s', async (_, then, requests) => {
    // One call of the other route is always in progress.
    const others = documentedApi({ limit: 10_000, takes: () => 600 });
    let fault: Answer | undefined = faults[500];
    const { world, get, report } = setup(
      (request, now) => (isReport(request) ? fault : undefined) ?? others(request, now),
    );
    await world.run(async () => {
      void world.every(500, 100, get);
      await world.every(1_000, 30, report);
      fault = then;
      await world.clock.sleep(5_000);
      world.burst(1, () => report(0));
      await world.clock.sleep(500);
      fault = faults[500];
      await world.clock.sleep(2_500);
      world.burst(1, () => report(99));
    });
    expect(world.exchanges.filter(({ path }) => path === '/reports/99')).toHaveLength(requests);
  });
});
