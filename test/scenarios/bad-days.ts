import { ConnectionError } from '@example/sdk';
import { randomOf } from '../support/random.ts';
import { between, faults, failing } from '../support/world/api.ts';
import type { Api } from '../support/world/network.ts';
import { Clock } from '../support/world/clock.ts';
import { newBaseUrl, World } from '../support/world/world.ts';
import { downForEver } from './outages.ts';
import { begunApi, inWorld, namesCause, person, reads, type Row, unlimitedApi } from './row.ts';

const callsToDeadApi: Row[] = (['500', 'refused', 'reset', 'hang'] as const).flatMap((fault) =>
  ([1, 20] as const).flatMap((count) => [false, true].map((isWarm) => downForEver({ fault, count, isWarm }))),
);

const recovery: Row[] = (['waiting', 'new'] as const).map((which) => ({
  row: 3,
  name: `503 for 8 s, 20 at once; the first success of a ${which} call after it`,
  run: inWorld(
    () => failing(begunApi(), faults[503], between(0, 8_000)),
    async (world) => {
      const call = world.client();
      world.burst(20, reads(call));
      await world.clock.sleep(8_050);
      if (which === 'new') world.burst(1, reads(call), 'new');
      await world.clock.sleep(20_000);
      return {
        'first success after, s': (firstSuccess(world) - 8_000) / 1000,
        ...(which === 'new' ? { 'the new call takes, s': world.figures('new').max } : {}),
      };
    },
  ),
  goals: ({ answered, calls, extra }): Record<string, boolean> => ({
    'all answered': answered === calls,
    'first success within 2 s': extra['first success after, s']! <= 2,
    ...(which === 'new' ? { 'a new call succeeds at once': extra['the new call takes, s']! <= 0.1 } : {}),
  }),
}));

const firstSuccess = ({ exchanges }: World) => exchanges.find(({ outcome }) => outcome === 200)?.at ?? Infinity;

/** Two of a user's tests, whose mocks both respond with 500. Each creates its own client and `fetch`. */
const testsOfUsers: Row[] = [false, true].map((isGlobal) => ({
  row: 3,
  name: `a test whose mock answers 500, after another one; ${isGlobal ? 'the global fetch' : 'the option fetch'}`,
  run: async (kind) => {
    const [baseUrl, clock] = [newBaseUrl(), new Clock()];
    const test = (count: number) => {
      const world = new World({ kind, isGlobal, clock, api: failing(unlimitedApi(), faults[500]), latency: 0 });
      return world.run(() => world.burst(count, reads(world.client({ baseUrl }))));
    };
    const first = await test(5);
    return { ...(await test(1)), extra: { 'the first test, s': first.lastRejection, 'its calls': first.calls } };
  },
  goals: (ours) => ({
    'as a test alone: within 5 s': ours.lastRejection <= 5,
    'the retries of a call alone': ours.requests === 3,
    'true cause': namesCause('500', ours),
  }),
}));

const isReport = ({ path }: { readonly path: string }) => path.startsWith('/reports/');

const badRoute: Row[] = [1, 20].map((count) => ({
  row: 4,
  name: `one endpoint always 500, ${count} at once, beside 30 reads a minute`,
  run: inWorld(
    () => failing(begunApi(), faults[500], isReport),
    async (world) => {
      const call = world.client();
      world.clock.at(30_500, () => world.burst(count, (index) => call('GET', `/reports/${index}`), 'bad'));
      await world.every(2_000, 60, reads(call), 'others');
      const [bad, others] = [world.figures('bad'), world.figures('others')];
      return {
        'others: rejected': others.calls - others.answered,
        'others: p95, s': others.p95,
        'bad: rejected after, s': bad.lastRejection,
        'bad: requests': world.exchanges.filter(isReport).length,
      };
    },
  ),
  beside: 'fetch',
  goals: ({ extra }, fetch) => ({
    'the others as without it': extra['others: rejected'] === 0,
    'the others: p95 ≤ fetch + 10 ms': extra['others: p95, s']! <= fetch.extra['others: p95, s']! + 0.01,
    [`its calls fail within ${count === 1 ? 5 : 13} s`]: extra['bad: rejected after, s']! <= (count === 1 ? 5 : 13),
  }),
}));

/** A reload ends the previous page's calls and its process. A page that stays has waiting calls. */
const offline: Row[] = Object.entries({ 'four reloads': 1, 'one page that retries': 2 }).map(([page, within]) => ({
  row: 10,
  name: `a page offline for 20 s, ${page} of 20 calls`,
  run: inWorld(
    () => failing(begunApi(), faults.offline, between(0, 20_000)),
    async (world) => {
      const baseUrl = newBaseUrl();
      for (const load of ['first', 'second', 'third', 'last']) {
        const left = new AbortController();
        const call = world.client(page === 'four reloads' && load !== 'first' ? {} : { baseUrl });
        world.burst(20, reads(call, { signal: left.signal }), load);
        await world.clock.sleep(5_000);
        if (load !== 'last') left.abort(new DOMException('The page is left.', 'AbortError'));
      }
      await world.clock.sleep(60_000);
      const first = (firstSuccess(world) - 20_000) / 1000;
      return { 'first read after, s': first, 'said to wait for the limit': world.limitWaits };
    },
    'last',
  ),
  goals: ({ answered, extra, rejected }) => ({
    'the last load is answered': answered === 20,
    [`first read ≤ ${within} s after`]: extra['first read after, s']! <= within,
    'nothing blames the limit':
      extra['said to wait for the limit'] === 0 && !JSON.stringify(rejected).includes('RateLimit'),
  }),
}));

/** What one dead server of three does; a load balancer picks a server at random. */
const deadReplicas = {
  refuses: faults.refused,
  'answers 502 after 1 s': { status: 502, after: 1_000 },
  hangs: faults.hang,
};

const oneOfThree: Row[] = Object.entries(deadReplicas).map(([name, fault]) => ({
  row: 16,
  name: `one of three servers ${name} for a minute, 25 reads a second, twice`,
  run: inWorld(
    () => {
      // A call's attempts have the same luck with each client.
      const luck = new Map<string, () => number>();
      return failing(begunApi({ limit: 10_000 }), fault, ({ path }, now) => {
        const random = luck.get(path) ?? randomOf(Number(path.replace(/\D/g, '')));
        luck.set(path, random);
        return now % 70_000 > 5_000 && now % 70_000 < 65_000 && random() < 1 / 3;
      });
    },
    async (world) => {
      await world.every(40, 3_500, reads(world.client(), { timeout: 2_000 }));
    },
  ),
  beside: 'simple',
  goals: (ours, simple) => ({
    'lost ≤ 1.1 × the simple client': ours.calls - ours.answered <= 1.1 * (simple.calls - simple.answered),
  }),
}));

const manyTokens: Row = {
  row: 17,
  name: 'one process, 200 tokens, outage of a minute, 10 calls a second',
  run: async (kind) => {
    const tries: number[] = [];
    const withTokens = (tokens: number) =>
      inWorld(
        () => failing(begunApi({ limit: 10_000 }), faults[503], between(5_000, 65_000)),
        async (world) => {
          const baseUrl = newBaseUrl();
          const apiTokens = Array.from({ length: tokens }, (_, index) => `token_${index}`);
          const calls = apiTokens.map((apiToken) => reads(world.client({ baseUrl, apiToken })));
          await world.every(100, 700, (index) => calls[index % tokens]!(index));
          await world.clock.sleep(20_000);
          tries.push(world.exchanges.filter(({ outcome }) => outcome === 503).length);
        },
      )(kind);
    await withTokens(1);
    const figures = await withTokens(200);
    return { ...figures, extra: { 'tries with one token': tries[0]!, 'with 200': tries[1]! } };
  },
  goals: ({ extra }) => ({
    'tries as for one token':
      Math.abs(extra['with 200']! - extra['tries with one token']!) <= 0.1 * extra['tries with one token']!,
  }),
};

const frozen: Row[] = (['GET', 'POST'] as const).map((method) => ({
  row: 18,
  name: `a function frozen for five minutes, sockets stale, then ${method === 'GET' ? '5 reads' : 'a POST'}`,
  run: (kind) => {
    let stale = 0;
    return inWorld(
      () => failing(begunApi(), faults.reset, () => stale-- > 0),
      async (world) => {
        const call = world.client();
        await Promise.all([0, 1, 2, 3, 4].map(reads(call)));
        // Time passes, but no timer runs.
        world.clock.now += 300_000;
        stale = 5;
        if (method === 'GET') world.burst(5, reads(call));
        else world.burst(1, () => call('POST', '/users', { body: person(0) }));
      },
    )(kind);
  },
  goals: ({ answered, errors: [error] }): Record<string, boolean> =>
    method === 'GET'
      ? { 'all answered': answered === 5 }
      : { 'says that it may have taken effect': error instanceof ConnectionError && error.mayHaveTakenEffect },
}));

/** Six callers, of which the first leaves after some time. */
const leaving = (api: () => Api, after: number) =>
  inWorld(
    api,
    async (world) => {
      const call = world.client();
      const first = new AbortController();
      world.burst(1, reads(call, { signal: first.signal, timeout: 2_000 }), 'first');
      world.burst(5, reads(call, { timeout: 2_000 }), 'others');
      await world.clock.sleep(after);
      first.abort(new DOMException('The request is over.', 'AbortError'));
    },
    'others',
  );

const cancelled: Row[] = [
  {
    row: 19,
    name: 'the caller of the first request leaves',
    run: leaving(() => begunApi({ takes: () => 1_000 }), 100),
    goals: (ours) => ({ 'the others are answered': ours.answered === 5, 'within 2.5 s': ours.max <= 2.5 }),
  },
  {
    row: 19,
    name: 'the caller of the request that tries leaves; the API hangs for 6 s',
    run: leaving(() => failing(begunApi(), faults.hang, between(0, 6_000)), 3_500),
    goals: (ours) => ({ 'the others are answered': ours.answered === 5, 'within 12 s': ours.max <= 12 }),
  },
  {
    row: 19,
    name: 'StrictMode: mount, abort, mount',
    run: inWorld(
      () => begunApi({ takes: () => 500 }),
      (world) => {
        const call = world.client();
        const first = new AbortController();
        world.burst(5, reads(call, { signal: first.signal }), 'first');
        first.abort(new DOMException('Unmounted.', 'AbortError'));
        world.burst(5, reads(call), 'second');
      },
      'second',
    ),
    goals: (ours) => ({ '5 of 5': ours.answered === 5, 'within 1.5 s': ours.max <= 1.5 }),
  },
];

export const badDays = [
  ...[...callsToDeadApi, ...recovery, ...testsOfUsers, ...badRoute, ...offline, ...oneOfThree],
  ...[manyTokens, ...frozen, ...cancelled],
];
