import { rateLimitStep } from '@example/sdk/rate-limit';
import type { ClientOptions } from '@example/sdk';
import { importUsers } from '../../examples/import-users/import-users.ts';
import { documentedApi, failingAt, faults } from '../support/world/api.ts';
import { MemoryStore } from '../support/world/store.ts';
import { newBaseUrl, type World } from '../support/world/world.ts';
import { begunApi, inWorld, person, reads, type Row } from './row.ts';

const sharedStore = (world: World) => new MemoryStore(world.clock).connect();

const healthy: Row[] = [0, 2_000].map((takes) => ({
  row: 1,
  name: takes === 0 ? '40 reads a minute, healthy' : '40 reads a minute, answers of 2 s',
  run: inWorld(
    () => documentedApi({ takes: () => takes }),
    async (world) => {
      const read = reads(world.client());
      await world.visits(40, 600_000, () => world.burst(1, read));
    },
  ),
  beside: 'fetch',
  goals: (ours, fetch) => ({
    'all answered': ours.answered === ours.calls,
    'p95 ≤ fetch + 10 ms': ours.p95 <= fetch.p95 + 0.01,
  }),
}));

/** When the page is read, in milliseconds after the previous page. */
const pauses = { 'after a deploy': [0], 'first page of a window': [43_000, 60_000, 30_000, 30_000, 150_000] };

const pages: Row[] = Object.entries(pauses).flatMap(([when, pauses]) =>
  ['alone', 'beside an import', 'beside an import, a store'].map((beside): Row => ({
    row: 2,
    name: `page of 5 reads, answers of 2 s, deadline 3 s; ${when}, ${beside}`,
    run: inWorld(
      () => begunApi({ takes: () => 2_000 }),
      async (world) => {
        // Processes that share a store have their own base URLs, so that only the store connects them.
        const process = beside === 'beside an import' ? { baseUrl: newBaseUrl() } : {};
        const store = beside === 'beside an import, a store' ? { store: sharedStore(world) } : {};
        const read = reads(world.client({ ...process, rateLimit: { ...store, maxWait: 2_000 } }), { deadline: 3_000 });
        // Other clients have no priorities.
        if (beside !== 'alone' && world.kind === 'sdk') {
          const client = world.sdk({ ...process, rateLimit: store, priority: 'background' });
          world.burst(600, (index) => client.users.get(`import_${index}`), 'import');
          await world.clock.sleep(100);
        }
        if (pauses[0] !== 0) world.burst(5, read);
        for (const pause of pauses) {
          await world.clock.sleep(pause);
          world.burst(5, read, when);
        }
      },
      when,
    ),
    goals: (ours) => ({ 'all answered': ours.answered === ours.calls }),
  })),
);

/** Row 5: when the web processes start, and when the import does, in milliseconds. */
const starts = {
  together: { web: [0], importing: 0 },
  'web first': { web: [0], importing: 130_000 },
  'web restarted': { web: [0, 130_000], importing: 0 },
};

/** The guide's import, or one that sends all rows at once. */
function startImport(world: World, process: ClientOptions, rateLimit: ClientOptions['rateLimit']): Promise<unknown> {
  const people = Array.from({ length: 1_200 }, (_, index) => person(index));
  if (world.kind === 'sdk') {
    const journal = { has: () => false, keyOf: (row: number) => `key-${row}`, add: () => undefined };
    const client = world.sdk({ ...process, rateLimit, priority: 'background' });
    return importUsers(
      client,
      people.map((each) => JSON.stringify(each)),
      journal,
    );
  }
  const call = world.client(process);
  return Promise.allSettled(people.map((body) => call('POST', '/users', { body })));
}

function webAndImport(processes: string, order: keyof typeof starts, perMinute: number, count: number): Row {
  const { web, importing } = starts[order];
  return {
    row: 5,
    name: `web and import, ${processes}, ${order}, ${count === 1 ? 'Poisson' : 'pages of five'}`,
    run: inWorld(
      begunApi,
      async (world) => {
        const shared = processes === 'a store' ? { store: sharedStore(world) } : {};
        const process = processes === 'a store' ? {} : { baseUrl: newBaseUrl() };
        // The import outlasts the measurement.
        world.clock.at(importing, () => void startImport(world, process, shared).catch(() => undefined));
        for (const [index, from] of web.entries()) {
          const call = world.client({ ...process, rateLimit: { ...shared, maxWait: 2_000 } });
          const read = reads(call, { deadline: world.kind === 'sdk' ? 30_000 : 2_000 });
          // The first window is judged separately.
          const visit = () => world.burst(count, read, world.clock.now < 43_000 ? 'first' : 'reads');
          await world.visits(perMinute, (web[index + 1] ?? 660_000) - from, visit);
        }
        const [first, later] = [world.figures('first'), world.figures('reads')];
        // Of the ten windows, these are the ones in which the import had rows all the time.
        const from = Math.max(43_000, 43_000 + 60_000 * Math.ceil((importing - 43_000) / 60_000));
        const served = (method: string) =>
          world.exchanges.filter(
            ({ at, outcome, ...each }) => each.method === method && Number(outcome) < 300 && at >= from && at < 643_000,
          ).length;
        return {
          'first window: rejected, %': percent(first.calls - first.answered, first.calls),
          'later: rejected, %': percent(later.calls - later.answered, later.calls),
          'import, % of what is left': percent(served('POST'), (643_000 - from) / 600 - served('GET')),
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
}

const percent = (part: number, of: number) => (of === 0 ? 0 : Math.round((1000 * part) / of) / 10);

const websAndImports = ['one process', 'a store'].flatMap((processes) =>
  (['together', 'web first', 'web restarted'] as const).flatMap((order) => [
    webAndImport(processes, order, 40, 1),
    webAndImport(processes, order, 8, 5),
  ]),
);

const shortProcesses: Row = {
  row: 8,
  name: '30 short processes of 5 calls in a minute, no store',
  run: inWorld(begunApi, async (world) => {
    for (let process = 0; process < 30; process++) {
      world.burst(5, reads(world.client()));
      await world.clock.sleep(2_000);
    }
  }),
  goals: (ours) => ({ '150 of 150': ours.answered === 150, '≤ 50 refused': ours.refused <= 50 }),
};

const othersUseAll: Row[] = ['one process', 'a store'].map((processes) => ({
  row: 9,
  name: `90 reads a minute, another service uses a whole window; ${processes}`,
  run: inWorld(
    () => begunApi({ foreign: Array(100).fill(103_000) }),
    async (world) => {
      const store = processes === 'a store' ? { store: sharedStore(world) } : {};
      const call = world.client({ rateLimit: { ...store, maxWait: 2_000 } });
      await world.every(667, 420, reads(call, world.kind === 'sdk' ? {} : { deadline: 2_000 }));
      // The next window begins after 163 s; 5 s later, everything is back to normal.
      const later = world.calls.filter(({ from }) => from >= 168_000);
      return {
        'rejected later': later.filter(({ error }) => error !== undefined).length,
        'slowest later, s': Math.max(...later.map(({ from, to }) => (to - from) / 1000)),
      };
    },
  ),
  goals: ({ extra }) => ({
    'none rejected 5 s after the next window began': extra['rejected later'] === 0,
    'none slower than 0.2 s by then': extra['slowest later, s']! <= 0.2,
  }),
}));

const manyAtOnce: Row[] = [300, 1_000].map((count) => ({
  row: 14,
  name: `${count} calls at once`,
  run: inWorld(begunApi, (world) => {
    world.burst(count, reads(world.client()));
  }),
  goals: (ours) => ({
    'all answered': ours.answered === count,
    '0 refused': ours.refused === 0,
    // The first window is 17 s old.
    '≤ 1.04 of the least time': ours.end <= 1.04 * ((count / 100 - 1) * 60 - 17),
  }),
}));

/** Row 15: what happens to which request. The last request of a window shows how the next window begins. */
const strays = {
  'amid their windows': { 50: faults['500'], 130: faults.reset, 180: faults.hang },
  'as the last of their windows': { 98: faults.hang, 99: faults['500'], 100: faults.reset, 200: faults['500'] },
};

const straysAmid: Row[] = Object.entries(strays).map(([where, fates]) => ({
  row: 15,
  name: `290 calls at once, a stray 500, a reset and a hang of 30 s ${where}`,
  run: inWorld(
    () => failingAt(begunApi(), fates),
    (world) => {
      world.burst(290, reads(world.client()));
    },
  ),
  goals: (ours) => ({
    'all answered': ours.answered === 290,
    'within the three windows': ours.end <= 163,
    '0 refused': ours.refused === 0,
  }),
}));

/** The next version's step, which has fields that this version doesn't know. */
const nextStep: typeof rateLimitStep = (...args) => {
  const { state, reply, expiresIn } = rateLimitStep(...args);
  const next = JSON.stringify({ ...(JSON.parse(state) as object), next: 1 });
  return { state: next, expiresIn, reply: { ...reply, ...{ next: 1 } } };
};

const rollingDeploy: Row = {
  row: 20,
  name: 'rolling deploy of two versions on one store: three processes with 30 reads a minute each, one replaced every 20 s',
  run: inWorld(begunApi, async (world) => {
    const store = new MemoryStore(world.clock);
    const start = (step = rateLimitStep) => reads(world.client({ rateLimit: { store: store.connect(step) } }));
    const processes = [start(), start(), start()];
    for (let replaced = 0; replaced < 6; replaced++) {
      await world.every(666, 30, (index) => processes[index % 3]!(index));
      // In the end, the old version is back.
      processes[replaced % 3] = start(replaced < 3 ? nextStep : rateLimitStep);
    }
  }),
  goals: (ours) => ({ 'no call lost': ours.answered === ours.calls, '0 refused': ours.refused === 0 }),
};

export const ordinaryDays = [
  ...[rollingDeploy, ...healthy, ...pages, ...websAndImports, shortProcesses],
  ...[...othersUseAll, ...manyAtOnce, ...straysAmid],
];
