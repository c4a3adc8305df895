import fc from 'fast-check';
import { expect, it } from 'vitest';
import { amount, fuzzing } from '../support/fuzz.ts';
import { between, bucket, documentedApi, failing, faults, limitedBy, slidingWindow } from '../support/world/api.ts';
import { MemoryStore } from '../support/world/store.ts';
import { World } from '../support/world/world.ts';

// Random histories of whole clients: every call settles, and the documented API refuses none of them.

const minute = 60_000;
const often = <T, U>(usual: T, other: fc.Arbitrary<U>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const call = fc.record({
  at: fc.oneof(fc.constant(0), fc.nat(2 * minute)),
  isBackground: often(false, fc.constant(true)),
  abortedAfter: often(Infinity, fc.nat(2 * minute)),
  maxWait: often(Infinity, fc.nat(2 * minute)),
});

const history = fc.record({
  limit: fc.integer({ min: 1, max: 12 }),
  windows: fc.constantFrom('aligned' as const, 'first' as const),
  begun: fc.nat(59).map((seconds) => 1000 * seconds),
  duration: fc.constantFrom(minute, minute, 10_000),
  latency: fc.constantFrom(2, 40, 600),
  slowest: fc.constantFrom(1, 300, 700),
  date: fc.constantFrom(0, 0, 20, -20, 'none' as const),
  hidden: often(undefined, fc.constantFrom('1 a second', '1 at once')),
  /** The API or the network fails for a while. */
  outage: often(
    undefined,
    fc.record({
      from: fc.nat(2 * minute),
      length: fc.nat(20_000),
      fault: fc.constantFrom('503', '429 without headers', 'reset', 'refused', 'hang'),
    }),
  ),
  foreign: often([], fc.array(fc.nat(2 * minute), { minLength: 1, maxLength: 8 })),
  hasStore: often(true, fc.constant(false)),
  disturbances: often(
    [],
    fc.array(fc.record({ at: fc.nat(3 * minute), what: fc.constantFrom('up', 'down', 'silent') }), { maxLength: 3 }),
  ),
  processes: fc.array(fc.array(call, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 3 }),
});
type History = typeof history extends fc.Arbitrary<infer Value> ? Value : never;

async function runHistory({ outage, hidden, slowest, hasStore, disturbances, latency, processes, ...api }: History) {
  let server = documentedApi({ ...api, takes: (request) => (request * 7919) % slowest });
  if (hidden) server = limitedBy(hidden === '1 a second' ? bucket(1, 1) : slidingWindow(1, 50), 429, server);
  if (outage) server = failing(server, faults[outage.fault], between(outage.from, outage.from + outage.length));
  const world = new World({ api: server, latency });
  const store = new MemoryStore(world.clock);
  for (const { at, what } of disturbances) world.clock.at(at, () => (store.condition = what));
  return world.run(() => {
    for (const calls of processes) {
      const shared = hasStore && processes.length > 1 ? { store: store.connect() } : {};
      const client = world.sdk({ rateLimit: { limit: api.limit, ...shared }, timeout: 10_000 });
      for (const { at, isBackground, abortedAfter, maxWait } of calls)
        world.track(async () => {
          await world.clock.sleep(at);
          const controller = new AbortController();
          if (abortedAfter < Infinity) world.clock.at(at + abortedAfter, () => controller.abort(new Error('aborted')));
          const one = maxWait === Infinity ? client : client.withOptions({ rateLimit: { maxWait, ...shared } });
          const priority = isBackground ? 'background' : 'normal';
          return one.users.get('user_1', { signal: controller.signal, priority });
        });
    }
  });
}

it('clients keep their promises, whatever the API, the network, the store and other processes do', async () => {
  const property = fc.asyncProperty(history, async (plan) => {
    // This throws if a call never settles.
    const { rejected, refused } = await runHistory(plan);
    const calls = plan.processes.flat();
    const hasAbort = calls.some(({ abortedAfter }) => abortedAfter < Infinity);
    const allowed = [
      ...(hasAbort ? ['Error'] : []),
      ...(calls.some(({ maxWait }) => maxWait < Infinity) ? ['RateLimitWaitError', 'RateLimitError'] : []),
      ...(plan.outage ? ['UnavailableError', 'InternalServerError', 'ConnectionError', 'TimeoutError'] : []),
    ];
    const names = Object.keys(rejected).map((label) => label.split(':')[0]!);
    expect(names.filter((name) => !allowed.includes(name))).toEqual([]);
    // An aborted or lost request may count in a window that no response has shown.
    const isDocumented = plan.foreign.length === 0 && !plan.outage && !plan.hidden && !hasAbort;
    const isShared = plan.processes.length === 1 || (plan.hasStore && plan.disturbances.length === 0);
    if (isDocumented && isShared) expect(refused).toBe(0);
  });
  await fc.assert(property, fuzzing(amount(100, 500)));
}, 0);
