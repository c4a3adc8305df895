import { randomOf } from '../support/random.ts';
import { between, documentedApi, faults, failing } from '../support/world/api.ts';
import { type Figures, saidBy } from '../support/world/figures.ts';
import type { Api } from '../support/world/network.ts';
import { Clock } from '../support/world/clock.ts';
import { newBaseUrl, World } from '../support/world/world.ts';
import { inWorld, type Row } from './row.ts';

const user = (index: number) => `/users/user_${index}`;
const api = (options = {}): Api => documentedApi({ begun: 17_000, ...options }).receive;
const unlimited = () => api({ limit: Infinity });

/** What an error says if it names its true cause. */
const causes = {
  '500': /\b500\b/,
  '503': /\b503\b/,
  refused: /ECONNREFUSED/,
  reset: /ECONNRESET/,
  hang: /TimeoutError/,
};
export type Down = keyof typeof causes;

export const namesCause = (fault: Down, { errors }: Figures) =>
  errors.every((error) => causes[fault].test(saidBy(error)));

const callsToDeadApi: Row[] = (['500', 'refused', 'reset', 'hang'] as const).flatMap((fault) =>
  [1, 20].flatMap((count) =>
    (['cold', 'warm'] as const).map((start): Row => {
      // `timeout` is 2 s.
      const within = (count === 1 ? 5 : 13) + (fault === 'hang' ? 4 : 0);
      return {
        row: 3,
        name: `${fault}, ${count} at once, ${start}`,
        run: inWorld(
          () => ({ api: failing(api(), faults[fault], between(1_000, Infinity)) }),
          async (world) => {
            const call = world.client();
            if (start === 'warm') await call('GET', user(0));
            await world.clock.sleep(start === 'warm' ? 960 : 1_000);
            world.burst(count, (index) => call('GET', user(index), { timeout: 2_000 }));
          },
        ),
        goals: (ours) => ({
          [`all reject within ${within} s`]: ours.answered === 0 && ours.lastRejection <= within,
          'true cause': namesCause(fault, ours),
          '≤ 40 requests': ours.requests <= 40,
        }),
      };
    }),
  ),
);

const recovery: Row[] = (['waiting', 'new'] as const).map((which) => ({
  row: 3,
  name: `503 for 8 s, 20 at once; the first success of a ${which} call after it`,
  run: inWorld(
    () => ({ api: failing(api(), faults[503], between(0, 8_000)) }),
    async (world) => {
      const call = world.client();
      world.burst(20, (index) => call('GET', user(index)));
      await world.clock.sleep(8_050);
      if (which === 'new') world.burst(1, () => call('GET', user(20)), 'new');
      await world.clock.sleep(20_000);
      const { calls, exchanges } = world;
      const first = exchanges.find(({ outcome }) => outcome === 200)?.at ?? Infinity;
      const added = calls.find(({ group }) => group === 'new');
      return {
        'first success after, s': (first - 8_000) / 1000,
        ...(which === 'new' && added ? { 'the new call takes, s': (added.to - added.from) / 1000 } : {}),
      };
    },
  ),
  goals: ({ answered, calls, extra }): Record<string, boolean> => ({
    'all answered': answered === calls,
    'first success within 2 s': extra['first success after, s']! <= 2,
    ...(which === 'new' ? { 'a new call succeeds at once': extra['the new call takes, s']! <= 0.1 } : {}),
  }),
}));

/** Two tests of a user, whose mocks both answer 500: each makes a client, and a `fetch` of its own. */
const testsOfUsers: Row[] = [false, true].map((isGlobal) => ({
  row: 3,
  name: `a test whose mock answers 500, after another one; ${isGlobal ? 'the global fetch' : 'the option fetch'}`,
  run: async (kind) => {
    const [baseUrl, clock] = [newBaseUrl(), new Clock()];
    const test = async (count: number) => {
      const world = new World({ kind, isGlobal, clock, api: failing(unlimited(), faults[500]), latency: 0 });
      const figures = await world.run(() => {
        const call = world.client({ baseUrl });
        world.burst(count, (index) => call('GET', user(index)));
      });
      return figures;
    };
    const first = await test(5);
    const second = await test(1);
    return { ...second, extra: { 'the first test, s': first.lastRejection, 'its calls': first.calls } };
  },
  goals: (ours) => ({
    'as a test alone: within 5 s': ours.lastRejection <= 5,
    'the retries of a call alone': ours.requests === 3,
    'true cause': namesCause('500', ours),
  }),
}));

const badRoute: Row[] = [1, 20].map((count) => ({
  row: 4,
  name: `one endpoint always 500, ${count} at once, beside 30 reads a minute`,
  run: (kind) => {
    const isBad = ({ path }: { path: string }) => path.startsWith('/reports/');
    return inWorld(
      () => ({ api: failing(api(), faults[500], isBad) }),
      async (world) => {
        const call = world.client();
        world.clock.at(30_500, () => world.burst(count, (index) => call('GET', `/reports/${index}`), 'bad'));
        await world.every(2_000, 60, (index) => call('GET', user(index)), 'others');
        const [bad, others] = [world.figures('bad'), world.figures('others')];
        const { length } = world.exchanges.filter(isBad);
        return {
          'others: rejected': others.calls - others.answered,
          'others: p95, s': others.p95,
          'bad: rejected after, s': bad.lastRejection,
          'bad: requests': length,
        };
      },
    )(kind);
  },
  beside: 'fetch',
  goals: ({ extra }, fetch) => ({
    'the others as without it': extra['others: rejected'] === 0,
    'the others: p95 ≤ fetch + 10 ms': extra['others: p95, s']! <= fetch.extra['others: p95, s']! + 0.01,
    [`its calls fail within ${count === 1 ? 5 : 13} s`]: extra['bad: rejected after, s']! <= (count === 1 ? 5 : 13),
  }),
}));

/** Row 10: a reload ends the calls of the page before, and with it its process. */
const offline: Row[] = (['four reloads', 'one page that retries'] as const).map((page) => ({
  row: 10,
  name: `a page offline for 20 s, ${page} of 20 calls`,
  run: inWorld(
    () => ({ api: failing(api(), faults.offline, between(0, 20_000)) }),
    async (world) => {
      const baseUrl = newBaseUrl();
      for (let load = 0; load < 4; load++) {
        const page = new AbortController();
        const isLast = load === 3;
        const call = world.client(name(load));
        world.burst(20, (index) => call('GET', user(index), { signal: page.signal }), isLast ? 'last' : 'before');
        await world.clock.sleep(5_000);
        if (!isLast) page.abort(new DOMException('The page is left.', 'AbortError'));
      }
      await world.clock.sleep(60_000);
      const first = world.exchanges.find(({ outcome }) => outcome === 200)?.at ?? Infinity;
      return { 'first read after, s': (first - 20_000) / 1000, 'said to wait for the limit': world.limitWaits };
      function name(load: number) {
        return page === 'four reloads' && load > 0 ? {} : { baseUrl };
      }
    },
    'last',
  ),
  goals: ({ answered, extra, rejected }) => ({
    'the last load is answered': answered === 20,
    // A page that stays has calls that wait, and tries are up to 2 s apart.
    [`first read ≤ ${page === 'four reloads' ? 1 : 2} s after`]:
      extra['first read after, s']! <= (page === 'four reloads' ? 1 : 2),
    'nothing blames the limit':
      extra['said to wait for the limit'] === 0 && !JSON.stringify(rejected).includes('RateLimit'),
  }),
}));

/** What a dead server of three does; a load balancer asks them at random. */
const deadReplicas = {
  refuses: faults.refused,
  'answers 502 after 1 s': { status: 502, after: 1_000 },
  hangs: faults.hang,
};

const oneOfThree: Row[] = Object.entries(deadReplicas).map(([name, fault]) => ({
  row: 16,
  name: `one of three servers ${name} for a minute, 25 reads a second, twice`,
  run: async (kind) => {
    // The attempts of a call have the same luck with each client.
    const luck = new Map<string, () => number>();
    const isDead = ({ path }: { readonly path: string }, now: number) => {
      const random = luck.get(path) ?? randomOf(Number(path.replace(/\D/g, '')));
      luck.set(path, random);
      return now % 70_000 > 5_000 && now % 70_000 < 65_000 && random() < 1 / 3;
    };
    const world = new World({ kind, api: failing(api({ limit: 10_000 }), fault, isDead) });
    return world.run(async () => {
      const call = world.client();
      await world.every(40, 3_500, (index) => call('GET', user(index), { timeout: 2_000 }));
    });
  },
  beside: 'simple',
  goals: (ours, simple) => ({
    'lost ≤ 1.1 × the simple client': ours.calls - ours.answered <= 1.1 * (simple.calls - simple.answered),
  }),
}));

const manyTokens: Row = {
  row: 17,
  name: 'one process, 200 tokens, outage of a minute, 10 calls a second',
  run: async (kind) => {
    const requests = async (tokens: number) => {
      const world = new World({ kind, api: failing(api({ limit: 10_000 }), faults[503], between(5_000, 65_000)) });
      const figures = await world.run(async () => {
        const baseUrl = newBaseUrl();
        const calls = Array.from({ length: tokens }, (_, index) =>
          world.client({ baseUrl, apiToken: `token_${index}` }),
        );
        await world.every(100, 700, (index) => calls[index % tokens]!('GET', user(index)));
      });
      return { figures, tries: world.exchanges.filter(({ outcome }) => outcome === 503).length };
    };
    const [one, many] = [await requests(1), await requests(200)];
    return { ...many.figures, extra: { 'tries with one token': one.tries, 'with 200': many.tries } };
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
      () => ({ api: failing(api(), faults.reset, () => stale-- > 0) }),
      async (world) => {
        const call = world.client();
        await Promise.all(Array.from({ length: 5 }, (_, index) => call('GET', user(index))));
        world.clock.freeze(300_000);
        stale = 5;
        const body = { name: 'Ada', email: 'ada@example.com', password: 'secure_password' };
        world.burst(method === 'GET' ? 5 : 1, (index) =>
          call(method, method === 'GET' ? user(index) : '/users', { body }),
        );
      },
    )(kind);
  },
  goals: ({ answered, errors }): Record<string, boolean> =>
    method === 'GET'
      ? { 'all answered': answered === 5 }
      : { 'says that it may have taken effect': (errors[0] as Mark | undefined)?.mayHaveTakenEffect === true },
}));

interface Mark {
  readonly mayHaveTakenEffect?: boolean;
}

const cancelled: Row[] = [
  {
    row: 19,
    name: 'the caller of the first request leaves',
    run: leaving(() => api({ takes: 1_000 }), 100, 5),
    goals: (ours) => ({ 'the others are answered': ours.answered === 5, 'within 2.5 s': ours.max <= 2.5 }),
  },
  {
    row: 19,
    name: 'the caller of the request that tries leaves; the API hangs for 6 s',
    run: leaving(() => failing(api(), faults.hang, between(0, 6_000)), 3_500, 5),
    goals: (ours) => ({ 'the others are answered': ours.answered === 5, 'within 12 s': ours.max <= 12 }),
  },
  {
    row: 19,
    name: 'StrictMode: mount, abort, mount',
    run: inWorld(
      () => ({ api: api({ takes: 500 }) }),
      (world) => {
        const call = world.client();
        const first = new AbortController();
        world.burst(5, (index) => call('GET', user(index), { signal: first.signal }), 'first');
        first.abort(new DOMException('Unmounted.', 'AbortError'));
        world.burst(5, (index) => call('GET', user(index)), 'second');
      },
      'second',
    ),
    goals: (ours) => ({ '5 of 5': ours.answered === 5, 'within 1.5 s': ours.max <= 1.5 }),
  },
];

/** Six callers; the first of them leaves after some time. */
function leaving(server: () => Api, after: number, others: number): Row['run'] {
  return inWorld(
    () => ({ api: server() }),
    async (world) => {
      const call = world.client();
      const first = new AbortController();
      const signal = first.signal;
      world.burst(1, () => call('GET', user(0), { signal, timeout: 2_000 }), 'first');
      world.burst(others, (index) => call('GET', user(index), { timeout: 2_000 }), 'others');
      await world.clock.sleep(after);
      first.abort(new DOMException('The request is over.', 'AbortError'));
    },
    'others',
  );
}

export const badDays = [
  ...callsToDeadApi,
  ...recovery,
  ...testsOfUsers,
  ...badRoute,
  ...offline,
  ...oneOfThree,
  manyTokens,
  ...frozen,
  ...cancelled,
];
