import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Client, type Fetch } from '@example/sdk';
import { createRateLimitStore } from '@example/sdk/rate-limit';
import { SimulatedStore } from '../../sharing/support/simulated-store.ts';
import { amount, fuzzing } from '../../support/fuzz.ts';
import { seeded } from '../../support/random.ts';
import { useImmediateDigest } from '../support/immediate-digest.ts';
import { DocumentedServer } from './documented-server.ts';
import { connectionError, Network } from './network.ts';
import { allOf, bucket, concurrency } from './undocumented-servers.ts';
import { World } from './world.ts';

// Histories of a few whole clients: what the server is like, who calls what and when, who gives up or crashes, and when the
// store fails. Every call succeeds in the time that its part of the limit takes, and no request is refused that nobody else is
// to blame for.

const second = 1000;
const minute = 60 * second;

const often = <T, U>(usual: T, other: fc.Arbitrary<U>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const call = fc.record({
  at: fc.oneof(fc.constant(0), fc.nat(2 * minute)),
  isRead: fc.boolean(),
  /** Those of the same id may share a request. */
  id: fc.nat(20),
  isBackground: often(false, fc.constant(true)),
  givenUpAfter: often(Infinity, fc.nat(2 * minute)),
  networkFails: often(false, fc.constant(true)),
});
type Call = typeof call extends fc.Arbitrary<infer Value> ? Value : never;

const history = fc
  .record({
    windows: fc.constantFrom('aligned', 'first'),
    limit: fc.integer({ min: 3, max: 8 }),
    latency: fc.constantFrom(4, 80, 1200),
    begun: fc.nat(59),
    /** A limit that no header announces. */
    hidden: often(undefined, fc.constantFrom('1 in flight', '1 a second')),
    processes: fc.array(
      fc.record({
        calls: fc.array(call, { minLength: 1, maxLength: 30 }),
        crashesAt: often(Infinity, fc.nat(2 * minute)),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    hasStore: fc.boolean(),
    disturbances: often(
      [],
      fc.array(fc.record({ at: fc.nat(3 * minute), what: fc.constantFrom('up', 'down', 'silent', 'flush') }), {
        minLength: 1,
        maxLength: 3,
      }),
    ),
    /** When others use the token. */
    foreign: often([], fc.array(fc.nat(2 * minute), { minLength: 1, maxLength: 8 })),
    seed: fc.nat(),
  })
  .map(({ processes: [first, ...others], ...rest }) => {
    const isShared = others.length > 0 && rest.hasStore;
    // Without a store, a process may get one request a minute.
    const most = isShared || others.length === 0 ? 30 : 10;
    return {
      ...rest,
      processes: [{ ...first!, crashesAt: Infinity }, ...others].map(({ calls, crashesAt }) => {
        return { calls: calls.slice(0, most), crashesAt };
      }),
      hasStore: isShared,
      hidden: others.length > 0 ? undefined : rest.hidden,
      disturbances: isShared ? rest.disturbances : [],
    };
  });
type History = typeof history extends fc.Arbitrary<infer Value> ? Value : never;

/** How a call ended. */
interface Outcome {
  readonly call: Call;
  readonly process: number;
  doneAt: number;
  error: unknown;
}

let histories = 0;

async function runHistory(plan: History) {
  const { windows, limit, latency, begun, hidden, processes, hasStore, disturbances, foreign, seed } = plan;
  const world = new World(Date.UTC(2026, 0, 1));
  const documented = new DocumentedServer(world.epoch, {
    windows,
    limit,
    begun: begun * second,
    foreign: foreign.toSorted((a, b) => a - b).map((at) => ({ at, count: 1 })),
  });
  const hiddenLimits = { '1 in flight': concurrency(1), '1 a second': bucket({ rate: 1, burst: 1 }) };
  const server = hidden === undefined ? documented : allOf(hiddenLimits[hidden], documented);
  const network = new Network(world, server, { latency: { middle: latency, spread: latency / 2 } }, seeded(seed));
  const store = new SimulatedStore({ now: () => world.now, after: (delay, run) => world.at(world.now + delay, run) });
  store.latency = Math.min(latency / 8, 10);
  for (const { at, what } of disturbances) {
    world.at(at, () => (what === 'flush' ? store.flush() : void (store.condition = what)));
  }

  const outcomes: Outcome[] = [];
  const make = async (client: Client, outcome: Outcome): Promise<void> => {
    const { at, isRead, id, isBackground, givenUpAfter, networkFails } = outcome.call;
    await world.sleep(at);
    const controller = new AbortController();
    if (givenUpAfter < Infinity) world.at(at + givenUpAfter, () => controller.abort('given up'));
    const options = {
      signal: controller.signal,
      priority: isBackground ? ('background' as const) : ('normal' as const),
      // Calls with headers of their own share no request.
      ...(networkFails && { headers: { 'x-fails': 'once' } }),
    };
    const user = { name: 'John Doe', email: 'john@example.com', password: 'secret' };
    const sent = isRead ? client.users.get(`user_${id}`, options) : client.users.create(user, options);
    outcome.error = await sent.then(
      () => undefined,
      (error: unknown) => error,
    );
    outcome.doneAt = world.now;
  };
  const program = () => {
    const alive: Promise<void>[] = [];
    histories += 1;
    for (const [index, { calls, crashesAt }] of processes.entries()) {
      const isDead = () => world.now >= crashesAt;
      const never = new Promise<never>(() => undefined);
      const failed = new Set<string>();
      const fetch: Fetch = (url, init) => {
        if (isDead()) return never;
        const key = init.headers['x-fails'] === undefined ? undefined : `${init.method} ${url}`;
        if (key === undefined || failed.has(key)) return network.fetch(url, init);
        failed.add(key);
        return Promise.reject(connectionError('connection refused', url));
      };
      const sync = createRateLimitStore((_, request) =>
        isDead() ? never : store.sync('', request).then((reply) => (isDead() ? never : reply)),
      );
      const client = new Client({
        apiToken: 'sk_test',
        // Each process has a limiter of its own, because the base URLs differ. They share the key of the store all the same.
        baseUrl: `https://history-${histories}-${index}.example.com`,
        logLevel: 'off',
        rateLimit: { limit, ...(hasStore && { store: sync }) },
        fetch,
      });
      for (const call of calls) {
        const outcome: Outcome = { call, process: index, doneAt: NaN, error: undefined };
        outcomes.push(outcome);
        const done = make(client, outcome);
        if (crashesAt === Infinity) alive.push(done);
      }
    }
    return Promise.all(alive);
  };
  const hasEnded = await world.run(program, 120 * minute);
  return { outcomes, refused: network.refused, hasEnded };
}

/** What was wrong with it. */
function problemsOf(plan: History, { outcomes, refused, hasEnded }: Awaited<ReturnType<typeof runHistory>>): string[] {
  if (!hasEnded) return ['a call never ended'];
  const { limit, hidden, processes, hasStore, disturbances, foreign, latency } = plan;
  const problems: string[] = [];
  const alive = outcomes.filter(({ process }) => processes[process]?.crashesAt === Infinity);
  for (const { call, error } of alive) {
    const isGivenUp = error === 'given up' && call.givenUpAfter < Infinity;
    if (error !== undefined && !isGivenUp) problems.push(`a call failed: ${inspect(error)}`);
  }

  const isShared = processes.length === 1 || (hasStore && disturbances.length === 0);
  const hasCrash = processes.some(({ crashesAt }) => crashesAt < Infinity);
  // A request that was aborted on its way may begin a window that no answer tells of.
  const allowed = outcomes.some(({ error }) => error !== undefined) ? 1 : 0;
  if (isShared && foreign.length === 0 && hidden === undefined && !hasCrash && refused > allowed) {
    problems.push(`${refused} requests were refused`);
  }
  if (hidden !== undefined || disturbances.length > 0 || hasCrash) return problems;

  /** A request that fails on its way is sent again. */
  const requests = (calls: readonly Outcome[]) =>
    calls.length + calls.filter(({ call: { networkFails } }) => networkFails).length;
  /** Milliseconds for so many requests. One more window may have been used when the first of them was made. */
  const needed = (count: number) => (Math.ceil(count / limit) + 1) * (minute + 2 * second + 3 * latency);
  // Processes without a store don't divide a window equally.
  const most = needed(requests(outcomes) + foreign.length) + (isShared ? 0 : minute * processes.length);
  const normal = outcomes.filter(({ call: { isBackground } }) => !isBackground);
  const background = outcomes.filter(({ call: { isBackground } }) => isBackground);
  /** The part of each window that normal calls get. A tenth, rounded up, is for background calls. */
  const forNormal = background.length > 0 ? 1 - Math.ceil(limit / 10) / limit : 1;
  /** In each window, a process whose calls wait gets an equal part, whatever the others do. */
  const part = Math.max(1, Math.floor(limit / processes.length));
  const longest = ({ call: { isBackground }, process }: Outcome): number => {
    if (!isShared || foreign.length > 0) return most;
    const own = (calls: readonly Outcome[]) => requests(calls.filter((other) => other.process === process));
    if (!isBackground) {
      const fair = needed(Math.ceil(own(normal) / part / forNormal) * limit);
      return Math.min(most, fair, needed(requests(normal) / forNormal));
    }
    // Of ten requests, background calls get one: of all processes and, while normal calls of their own wait, of that one.
    const isMixed = own(normal) > 0;
    const own10th = isMixed ? Math.ceil((10 * own(background)) / part) * limit : 0;
    return Math.min(most, needed(Math.max(10 * requests(background), own10th)));
  };
  for (const outcome of alive) {
    const { call, doneAt } = outcome;
    if (doneAt - call.at <= longest(outcome)) continue;
    const kind = call.isBackground ? 'background' : 'normal';
    problems.push(`a ${kind} call waited ${Math.round((doneAt - call.at) / second)} s`);
  }
  return [...new Set(problems)];
}

beforeEach(useImmediateDigest);
afterEach(() => vi.restoreAllMocks());

it('a world ends with its program: no timer runs after it, and nothing goes on in real time', async () => {
  const world = new World(0);
  const late = vi.fn();
  world.at(10, late);
  expect(await world.run(() => world.sleep(5), minute)).toBe(true);
  expect(late).not.toHaveBeenCalled();
});

it(
  'whole clients keep every promise, whatever the network, the store and other processes do',
  { timeout: 0 },
  async () => {
    await fc.assert(
      fc.asyncProperty(history, async (plan) => {
        // Backoff, and the names of processes.
        vi.spyOn(Math, 'random').mockImplementation(seeded(plan.seed));
        expect(problemsOf(plan, await runHistory(plan))).toEqual([]);
      }),
      fuzzing(amount(60, 500)),
    );
  },
);
