import { Readable } from 'node:stream';
import { createRateLimitStore, rateLimitStep } from '@example/sdk/rate-limit';
import type { ClientOptions, RateLimitStore } from '@example/sdk';
import { importUsers } from '../../examples/import-users/import-users.ts';
import { documentedApi, failingAt, faults } from '../support/world/api.ts';
import { newBaseUrl, type World } from '../support/world/world.ts';
import { inWorld, type Row } from './row.ts';

/** What the processes of a world share: as Redis or SQLite, a store applies the step. It ignores the key. */
class Shared {
  readonly #clock: World['clock'];
  #state: string | undefined;

  constructor({ clock }: World) {
    this.#clock = clock;
  }

  /** @param isNext Whether it is that of the next version, which has fields that this one doesn't know. */
  store(isNext = false): RateLimitStore {
    return createRateLimitStore(async (_, request) => {
      await this.#clock.sleep(1);
      const step = rateLimitStep(this.#state, request, Date.now());
      this.#state = isNext ? JSON.stringify({ ...(JSON.parse(step.state) as object), next: 1 }) : step.state;
      await this.#clock.sleep(1);
      return isNext ? { ...step.reply, next: 1 } : step.reply;
    });
  }
}

const sharedStore = (world: World) => new Shared(world).store();

const user = (index: number) => `/users/user_${index}`;

const healthy: Row[] = [0, 2_000].map((takes) => ({
  row: 1,
  name: takes === 0 ? '40 reads a minute, healthy' : '40 reads a minute, answers of 2 s',
  run: inWorld(
    () => ({ api: documentedApi({ takes }).receive }),
    async (world) => {
      const call = world.client();
      await world.visits(40, 600_000, () => world.track(() => call('GET', '/users/user_1')));
    },
  ),
  beside: 'fetch',
  goals: (ours, fetch) => ({
    'all answered': ours.answered === ours.calls,
    'p95 ≤ fetch + 10 ms': ours.p95 <= fetch.p95 + 0.01,
  }),
}));

const pages: Row[] = (['after a deploy', 'first page of a window'] as const).flatMap((when) =>
  (['alone', 'beside an import', 'beside an import, a store'] as const).map((beside): Row => ({
    row: 2,
    name: `page of 5 reads, answers of 2 s, deadline 3 s; ${when}, ${beside}`,
    run: inWorld(
      () => ({ api: documentedApi({ takes: 2_000, begun: 17_000 }).receive }),
      async (world) => {
        // Processes that share a store have base URLs of their own, so that nothing else connects them.
        const process = beside === 'beside an import' ? { baseUrl: newBaseUrl() } : {};
        const store = beside === 'beside an import, a store' ? { store: sharedStore(world) } : {};
        const call = world.client({ ...process, rateLimit: { ...store, maxWait: 2_000 } });
        const page = (group: string) => world.burst(5, (index) => call('GET', user(index), { deadline: 3_000 }), group);
        // Other clients know no priorities.
        if (beside !== 'alone' && world.kind === 'sdk') {
          const client = world.sdk({ ...process, rateLimit: store, priority: 'background' });
          world.burst(600, (index) => client.users.get(`import_${index}`), 'import');
          await world.clock.sleep(100);
        }
        page('after a deploy');
        if (when === 'after a deploy') return;
        for (const pause of [43_000, 60_000, 30_000, 30_000, 150_000]) {
          await world.clock.sleep(pause);
          page(when);
        }
      },
      when,
    ),
    goals: (ours) => ({ 'all answered': ours.answered === ours.calls }),
  })),
);

/** Row 5: who starts when, in milliseconds. */
const starts = {
  together: { web: [0], importing: 0 },
  'web first': { web: [0], importing: 130_000 },
  'web restarted': { web: [0, 130_000], importing: 0 },
};
const minutes = 11;

const webAndImport: Row[] = (['one process', 'a store'] as const).flatMap((processes) =>
  (Object.keys(starts) as (keyof typeof starts)[]).flatMap((order) =>
    (['Poisson', 'pages of five'] as const).map((visitors): Row => {
      const { web, importing } = starts[order];
      return {
        row: 5,
        name: `web and import, ${processes}, ${order}, ${visitors}`,
        run: inWorld(
          () => ({ api: documentedApi({ begun: 17_000 }).receive }),
          async (world) => {
            const store = sharedStore(world);
            const shared = processes === 'a store' ? { store } : {};
            const oneProcess: ClientOptions = processes === 'a store' ? {} : { baseUrl: newBaseUrl() };
            const end = minutes * 60_000;
            const startImport = async () => {
              await world.clock.sleep(importing);
              const client = world.kind === 'sdk' ? undefined : world.client(oneProcess);
              const journal = { has: () => false, keyOf: (row: number) => `key-${row}`, add: () => undefined };
              const background = { ...oneProcess, rateLimit: shared, priority: 'background' as const };
              if (client === undefined) return importUsers(world.sdk(background), lines(1_200), journal);
              const one = (index: number) => client('POST', '/users', { body: person(index) });
              await Promise.allSettled(Array.from({ length: 1_200 }, (_, index) => one(index)));
            };
            // Goes on after the end.
            startImport().catch(() => undefined);
            for (const [index, from] of web.entries()) {
              const options = { ...oneProcess, rateLimit: { ...shared, maxWait: 2_000 } };
              const call = world.client(options);
              const visit = () => {
                // The first window is judged by itself.
                const group = world.clock.now < 43_000 ? 'first' : 'reads';
                const read = () => call('GET', '/users/user_1', { deadline: world.kind === 'sdk' ? 30_000 : 2_000 });
                world.burst(visitors === 'Poisson' ? 1 : 5, read, group);
              };
              await world.visits(visitors === 'Poisson' ? 40 : 8, (web[index + 1] ?? end) - from, visit);
            }
            const [first, reads] = [world.figures('first'), world.figures('reads')];
            // Of the windows in which the import had rows all the time.
            const whole = [43, 103, 163, 223, 283, 343, 403, 463, 523, 583].filter(
              (start) => start * 1000 >= importing,
            );
            const served = (method: string) =>
              world.exchanges.filter(
                ({ at, outcome, ...exchange }) =>
                  exchange.method === method && Number(outcome) < 300 && at >= whole[0]! * 1000 && at < 643_000,
              ).length;
            return {
              'first window: rejected, %': percent(first.calls - first.answered, first.calls),
              'later: rejected, %': percent(reads.calls - reads.answered, reads.calls),
              'import, % of what is left': percent(served('POST'), 100 * whole.length - served('GET')),
            };
          },
          'reads',
        ),
        goals: ({ p95, extra }) => ({
          '≤ 2 % of the reads rejected': extra['later: rejected, %']! <= 2,
          '≤ 10 % in the first window': extra['first window: rejected, %']! <= 10,
          'p95 ≤ 0.2 s': p95 <= 0.2,
          'import: ≥ 90 % of what is left': extra['import, % of what is left']! >= 90,
        }),
      };
    }),
  ),
);

const percent = (part: number, of: number) => (of === 0 ? 0 : Math.round((1000 * part) / of) / 10);

const person = (index: number) => ({
  name: 'Ada',
  email: `ada-${index}@example.com`,
  password: 'secure_password',
});

const lines = (count: number) =>
  Readable.from(Array.from({ length: count }, (_, index) => JSON.stringify(person(index))));

const shortProcesses: Row = {
  row: 8,
  name: '30 short processes of 5 calls in a minute, no store',
  run: inWorld(
    () => ({ api: documentedApi({ begun: 17_000 }).receive }),
    async (world) => {
      for (let process = 0; process < 30; process++) {
        const call = world.client();
        world.burst(5, (index) => call('GET', user(index)));
        await world.clock.sleep(2_000);
      }
    },
  ),
  goals: (ours) => ({
    '150 of 150': ours.answered === 150,
    '≤ 50 refused': ours.refused <= 50,
  }),
};

const othersUseAll: Row[] = ['one process', 'a store'].map((processes) => ({
  row: 9,
  name: `90 reads a minute, another service uses a whole window; ${processes}`,
  run: (kind) => {
    const api = documentedApi({ begun: 17_000 });
    return inWorld(
      () => ({ api: api.receive }),
      async (world) => {
        const store = processes === 'a store' ? { store: sharedStore(world) } : {};
        const call = world.client({ rateLimit: { ...store, maxWait: 2_000 } });
        const deadline = kind === 'sdk' ? {} : { deadline: 2_000 };
        world.clock.at(103_000, () => api.take('token', 103_000, 100));
        await world.every(667, 420, () => {
          const { now } = world.clock;
          return call('GET', '/users/user_1', deadline).then(() => {
            if (now >= 168_000) return;
          });
        });
        // The next window begins after 163 s; 5 s later all is as it was.
        const later = world.calls.filter(({ from }) => from >= 168_000);
        return {
          'rejected later': later.filter(({ error }) => error !== undefined).length,
          'slowest later, s': Math.max(...later.map(({ from, to }) => (to - from) / 1000)),
        };
      },
    )(kind);
  },
  goals: ({ extra }) => ({
    'none rejected 5 s after the next window began': extra['rejected later'] === 0,
    'none slower than 0.2 s by then': extra['slowest later, s']! <= 0.2,
  }),
}));

const manyAtOnce: Row[] = [300, 1_000].map((count) => {
  // The first window is 17 s old.
  const least = (count / 100 - 1) * 60 - 17;
  return {
    row: 14,
    name: `${count} calls at once`,
    run: inWorld(
      () => ({ api: documentedApi({ begun: 17_000 }).receive }),
      (world) => {
        const call = world.client();
        world.burst(count, (index) => call('GET', user(index)));
      },
    ),
    goals: (ours) => ({
      'all answered': ours.answered === count,
      '0 refused': ours.refused === 0,
      '≤ 1.04 of the least time': ours.end <= 1.04 * least,
    }),
  };
});

/** Row 15: which request meets what. The last of a window is the one that says how the next begins. */
const strays = {
  'amid their windows': { 50: faults['500'], 130: faults.reset, 180: faults.hang },
  'as the last of their windows': { 98: faults.hang, 99: faults['500'], 100: faults.reset, 200: faults['500'] },
};

const straysAmid: Row[] = Object.entries(strays).map(([where, fates]) => ({
  row: 15,
  name: `290 calls at once, a stray 500, a reset and a hang of 30 s ${where}`,
  run: inWorld(
    () => ({ api: failingAt(documentedApi({ begun: 17_000 }).receive, fates) }),
    (world) => {
      const call = world.client();
      world.burst(290, (index) => call('GET', user(index)));
    },
  ),
  goals: (ours) => ({
    'all answered': ours.answered === 290,
    'within the three windows': ours.end <= 163,
    '0 refused': ours.refused === 0,
  }),
}));

const rollingDeploy: Row = {
  row: 20,
  name: 'rolling deploy of two versions on one store: three processes with 30 reads a minute each, one replaced every 20 s',
  run: inWorld(
    () => ({ api: documentedApi({ begun: 17_000 }).receive }),
    async (world) => {
      const shared = new Shared(world);
      const start = (isNext: boolean) => world.client({ rateLimit: { store: shared.store(isNext) } });
      const processes = [0, 1, 2].map(() => start(false));
      for (let replaced = 0; replaced < 6; replaced++) {
        await world.every(666, 30, (index) => processes[index % 3]!('GET', user(index)));
        // Back again in the end.
        processes[replaced % 3] = start(replaced < 3);
      }
    },
  ),
  goals: (ours) => ({ 'no call lost': ours.answered === ours.calls, '0 refused': ours.refused === 0 }),
};

export const ordinaryDays = [
  rollingDeploy,
  ...healthy,
  ...pages,
  ...webAndImport,
  shortProcesses,
  ...othersUseAll,
  ...manyAtOnce,
  ...straysAmid,
];
