import { describe, expect, it } from 'vitest';
import type { ClientOptions } from '@example/sdk';
import { between, documentedApi, failing, failure, faults, losing } from '../support/world/api.ts';
import { windowApi } from '../support/world/limits.ts';
import type { Api } from '../support/world/network.ts';
import { newBaseUrl, World } from '../support/world/world.ts';

// C3 and C4, as far as main street and the tables of outages don't show it (test/scenarios/).

const api = (options = {}): Api => documentedApi({ limit: 10_000, ...options }).receive;
const user = (index: number) => `/users/user_${index}`;
const down = (to: number, from = 0) => failing(api(), faults[500], between(from, to));
const world = (given: Api, options: ClientOptions = {}) => new World({ kind: 'sdk', api: given, options });

/** When requests arrived, from a time on. */
const arrivals = ({ exchanges }: World, from = 0) => exchanges.flatMap(({ at }) => (at >= from ? [at] : []));

describe('the API fails', () => {
  it('once two calls in a row have failed: then one request at a time tries, 0.1 … 2 s after the last one', async () => {
    const one = world(down(20_000), { outageWait: 60_000 });
    const call = one.client();
    await one.run(() => one.burst(5, (index) => call('GET', user(index))));
    const tries = arrivals(one).slice(5);
    const gaps = tries.map((at, index) => at - (tries[index - 1] ?? 20) - 40);
    expect(gaps.slice(0, 8)).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
  });

  it('not because of one call, however often it fails', async () => {
    const one = world(failing(api(), faults[503], ({ path }) => path === user(0)));
    const call = one.client();
    const figures = await one.run(async () => {
      one.burst(1, () => call('GET', user(0)));
      await one.clock.sleep(4_500);
      one.burst(10, (index) => call('GET', user(index + 1)), 'others');
    });
    expect([figures.answered, one.figures('others').max]).toEqual([10, 0.04]);
  });

  it('not because of a failure that was sent before the last response came', async () => {
    const slow = { ...failure(500), after: 3_000 };
    const one = world(failing(api(), slow, ({ path }) => path.endsWith('slow')));
    const call = one.client();
    await one.run(async () => {
      one.burst(2, (index) => call('GET', `/reports${index}/slow`));
      await one.clock.sleep(2_000);
      await call('GET', user(0));
      await one.clock.sleep(1_100);
      one.burst(5, (index) => call('GET', user(index)), 'others');
    });
    expect(one.figures('others').max).toBe(0.04);
  });

  it('until another response comes, such as a 404 or a 429', async () => {
    for (const status of [404, 429]) {
      let answers = 0;
      const answer = failing(down(5_000), failure(status), (_, now) => now > 5_000 && answers++ === 0);
      const one = world(answer, { outageWait: 60_000 });
      const call = one.client();
      const figures = await one.run(() => one.burst(10, (index) => call('GET', user(index))));
      const burst = arrivals(one, 5_000);
      expect(figures.answered).toBe(status === 404 ? 9 : 10);
      expect(Math.max(...burst) - burst[0]!).toBeLessThanOrEqual(status === 404 ? 40 : 2_500);
    }
  });

  it('until no call is in progress: the next one meets an API of which nothing is known', async () => {
    const one = world(down(60_000));
    const call = one.client();
    await one.run(async () => {
      one.burst(5, (index) => call('GET', user(index)));
      await one.clock.sleep(30_000);
      one.exchanges.length = 0;
      one.burst(5, (index) => call('GET', user(index)));
      await one.clock.sleep(50);
    });
    expect(arrivals(one).slice(0, 5)).toEqual(Array(5).fill(30_020));
  });

  it('for one fetch, not for another', async () => {
    const [baseUrl, one] = [newBaseUrl(), world(down(60_000))];
    const other = new World({ kind: 'sdk', api: api(), clock: one.clock });
    const [failingCall, call] = [one.client({ baseUrl }), other.client({ baseUrl, apiToken: 'other' })];
    await one.run(async () => {
      one.burst(5, (index) => failingCall('GET', user(index)));
      await one.clock.sleep(3_000);
      one.burst(5, (index) => call('GET', user(index)), 'other');
    });
    expect(one.figures('other')).toMatchObject({ answered: 5, max: 0.04 });
  });

  it('for all tokens, whether they are paced or not', async () => {
    const [baseUrl, one] = [newBaseUrl(), world(down(60_000))];
    const calls = ['a', 'b', 'c'].map((apiToken, index) =>
      one.client({ baseUrl, apiToken, ...(index === 2 ? { rateLimit: false } : {}) }),
    );
    const figures = await one.run(() => one.burst(30, (index) => calls[index % 3]!('GET', user(index))));
    expect(figures.answered).toBe(0);
    expect(figures.requests).toBeLessThanOrEqual(45);
  });
});

describe('while the API fails', () => {
  it('a new call goes at once, and a second one at the same time does not', async () => {
    const one = world(down(60_000));
    const call = one.client();
    await one.run(async () => {
      one.burst(5, (index) => call('GET', user(index)));
      await one.clock.sleep(4_000);
      one.burst(2, () => call('GET', user(9)));
      await one.clock.sleep(30);
      const late = one.exchanges.filter(({ path, at }) => path === user(9) && at < 4_030);
      expect(late.map(({ at }) => at)).toEqual([4_020]);
    });
  });

  it('a try without an answer for 2 s no longer holds the next one', async () => {
    const one = world(failing(api(), faults.hang, between(1_000, 10_000)));
    const call = one.client();
    const figures = await one.run(async () => {
      await call('GET', user(0));
      await one.clock.sleep(1_000);
      one.burst(4, (index) => call('GET', user(index), { timeout: 6_000 }));
    });
    expect(figures.answered).toBe(4);
    expect(arrivals(one, 6_000).slice(0, 3)).toEqual([7_160, 9_160, 11_160]);
  });

  it('an older try that ends does not free the way of a newer one', async () => {
    const hangs = failing(api(), faults.hang, between(1_000, 60_000));
    const one = world(hangs, { timeout: 3_000, outageWait: 60_000 });
    const call = one.client();
    await one.run(async () => {
      await call('GET', user(0));
      await one.clock.sleep(1_000);
      one.burst(20, (index) => call('GET', user(index)));
    });
    const tries = arrivals(one, 4_500).filter((at) => at < 25_000);
    const gaps = tries.slice(1).map((at, index) => at - tries[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_900);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2_700);
  });

  it('routes that have not failed go first', async () => {
    const bad = ({ path }: { readonly path: string }) => path.startsWith('/reports');
    const one = world(failing(down(2_000), faults[500], bad));
    const call = one.client();
    await one.run(() => {
      one.burst(5, (index) => call('GET', `/reports/${index}`), 'bad');
      one.burst(15, (index) => call('GET', user(index)), 'good');
    });
    expect(one.figures('good')).toMatchObject({ answered: 15 });
    expect(one.figures('good').max).toBeLessThanOrEqual(4);
  });

  it('a retry does not count, so that the calls that wait lose none', async () => {
    const one = world(down(9_000), { maxRetries: 1 });
    const call = one.client();
    const figures = await one.run(() => one.burst(20, (index) => call('GET', user(index))));
    expect(figures.answered).toBe(20);
  });

  it('a call that failed before the outage keeps the retries that it has used', async () => {
    // It fails alone, twice, and the third time in an outage.
    const one = world(down(60_000));
    const call = one.client();
    await one.run(async () => {
      one.burst(1, () => call('GET', user(0)), 'early');
      await one.clock.sleep(2_500);
      one.burst(3, (index) => call('GET', user(index + 1)), 'late');
    });
    expect(one.exchanges.filter(({ path }) => path === user(0)).length).toBeLessThanOrEqual(6);
    expect(one.figures('early').answered).toBe(0);
  });
});

describe('a call that only the outage holds rejects', () => {
  it.each<[string, ClientOptions, number]>([
    ['after 10 s', {}, 10],
    ['after outageWait', { outageWait: 25_000 }, 25],
    ['after ten minutes in the background', { priority: 'background' }, 600],
    ['after outageWait in the background', { priority: 'background', outageWait: 5_000 }, 5],
  ])('%s', async (_, options, seconds) => {
    const one = world(down(2_000_000), options);
    const call = one.client();
    const figures = await one.run(() => one.burst(30, (index) => call('GET', user(index))));
    expect(figures.firstRejection).toBeGreaterThanOrEqual(seconds - 0.1);
    expect(figures.lastRejection).toBeLessThanOrEqual(seconds + 3);
    expect(figures.errors.at(-1)).toMatchObject({ name: 'UnavailableError' });
  });

  it('with its own error as the cause if it was sent', async () => {
    const one = world(down(60_000));
    const call = one.client();
    const { errors } = await one.run(() => one.burst(5, (index) => call('GET', user(index))));
    const message = 'The API has failed for longer than the call may wait (outageWait). It was sent. (GET /users/{id})';
    const cause = { status: 500, message: expect.stringContaining('(500 GET /users/{id})') };
    expect(errors).toMatchObject(Array(5).fill({ name: 'UnavailableError', message, cause }));
  });

  it('with a copy of the last failure if it was not sent, which does not say what that one called', async () => {
    const answer = { ...failure(503, 'maintenance', { 'x-request-id': 'req_1' }) };
    const one = world(failing(api(), answer));
    const client = one.sdk();
    await one.run(async () => {
      one.burst(10, (index) => client.request('GET', `/secrets('${index}')`));
      await one.clock.sleep(500);
      one.burst(3, (index) => client.users.get(`user_${index}`, { totalTimeout: 25 }), 'hurried');
      await one.clock.sleep(2_500);
      one.burst(10, (index) => client.users.get(`user_${index}`), 'new');
    });
    for (const error of one.figures('hurried').errors) {
      const { message, cause } = error as Error;
      expect(`${message} ${String(cause)}`).not.toContain('secrets');
    }
    const unsent = one.figures('new').errors.filter((error) => String(error).includes('It was not sent.'));
    expect(unsent.length).toBeGreaterThan(2);
    for (const error of unsent) {
      const { cause } = error as { readonly cause: Error };
      expect(cause).toMatchObject({
        name: 'InternalServerError',
        status: 503,
        code: 'maintenance',
        requestId: 'req_1',
      });
      expect(`${cause.message} ${cause.stack} ${JSON.stringify(cause)}`).not.toContain('secrets');
    }
  });

  it('later by what Retry-After of a failure asks, which the next try obeys', async () => {
    const one = world(failing(api(), failure(503, 'busy', { 'retry-after': '30' })));
    const call = one.client();
    const { firstRejection } = await one.run(() => one.burst(20, (index) => call('GET', user(index))));
    const tries = arrivals(one).filter((at) => at > 1_000);
    expect(tries[0]).toBeGreaterThanOrEqual(30_000);
    expect(firstRejection).toBeGreaterThanOrEqual(38);
  });

  it('not while the window has no place for it', async () => {
    // 100 calls a minute; the API fails in the second minute for 50 s.
    const one = world(failing(windowApi(), faults[503], between(60_000, 110_000)), { outageWait: 60_000 });
    const call = one.client();
    const figures = await one.run(() => one.burst(350, (index) => call('GET', user(index))));
    expect(figures).toMatchObject({ answered: 350 });
  });

  it('and 100 calls that have a place in it reject, while the others wait for theirs', async () => {
    const one = world(failing(windowApi(), faults[503], between(1_000, 25_000)));
    const call = one.client();
    const figures = await one.run(async () => {
      await call('GET', user(0));
      await one.clock.sleep(1_000);
      one.burst(250, (index) => call('GET', user(index)));
    });
    const unavailable = figures.errors.filter((error) => (error as Error).name === 'UnavailableError');
    expect(unavailable.length).toBe(figures.errors.length);
    expect(figures.answered).toBeGreaterThanOrEqual(150);
  });
});

describe('a route that always fails', () => {
  it('gets one retry in ten seconds once ten retries in a row have failed, and the others go on', async () => {
    const bad = ({ path }: { readonly path: string }) => path.startsWith('/reports');
    const one = world(failing(api(), faults[500], bad));
    const call = one.client();
    await one.run(async () => {
      void one.every(1_000, 120, (index) => call('GET', `/reports/${index}`), 'bad');
      await one.every(500, 250, (index) => call('GET', user(index)), 'good');
    });
    expect(one.figures('good')).toMatchObject({ answered: 250, p95: 0.04 });
    const retries = one.exchanges.filter(bad).length - 120;
    // Without that, there are 240. Two calls that fail in a row are a short outage, in which one of them tries.
    expect(retries).toBeGreaterThanOrEqual(10 + 10);
    expect(retries).toBeLessThanOrEqual(10 + 25);
    for (const error of one.figures('bad').errors)
      expect(error).toMatchObject({ name: 'InternalServerError', status: 500 });
  });

  it('works again after one request of it has', async () => {
    const isBad = ({ path }: { readonly path: string }, now: number) => path.startsWith('/reports') && now < 30_000;
    const one = world(failing(api(), faults[500], isBad));
    const call = one.client();
    await one.run(async () => {
      void one.every(500, 100, (index) => call('GET', user(index)));
      await one.every(1_000, 29, (index) => call('GET', `/reports/${index}`));
      await one.clock.sleep(2_000);
      await call('GET', '/reports/works');
      one.exchanges.length = 0;
    });
    expect(one.exchanges.every(({ outcome }) => outcome === 200)).toBe(true);
  });
});

it('a POST whose response is lost is not sent again, and the outage says that it may have taken effect', async () => {
  const one = world(losing(api(), between(0, 30_000)));
  const call = one.client();
  const body = (index: number) => ({ name: 'Ada', email: `${index}@example.com`, password: 'secure_password' });
  const figures = await one.run(() => one.burst(5, (index) => call('POST', '/users', { body: body(index) })));
  expect(figures).toMatchObject({ requests: 5, answered: 0 });
  for (const error of figures.errors) expect(error).toMatchObject({ mayHaveTakenEffect: true });
});

it.each([500, 503])('what a %i asked to wait holds the tries, whatever another call meets', async (status) => {
  let answers = 0;
  const asks = failure(status, 'busy', { 'retry-after': '30' });
  const one = world((request, now) => (answers++ < 2 ? asks : down(10_000)(request, now)), { outageWait: 60_000 });
  const call = one.client();
  await one.run(async () => {
    one.burst(2, (index) => call('GET', user(index)));
    await one.clock.sleep(3_000);
    one.burst(1, () => call('GET', user(9)));
  });
  expect(arrivals(one, 3_100)[0]).toBeGreaterThanOrEqual(30_000);
});

it('without pacing, a call with a deadline is not rejected for a window', async () => {
  let answers = 0;
  const usedUp = windowApi({ limit: 1 });
  const one = world((request, now) => (answers++ === 1 ? failure(503) : usedUp(request, now)), {
    rateLimit: false,
    totalTimeout: 5_000,
  });
  const call = one.client();
  await one.run(async () => {
    await call('GET', user(0));
    one.burst(1, () => call('GET', user(1)));
  });
  expect(one.exchanges.length).toBeGreaterThan(2);
});
