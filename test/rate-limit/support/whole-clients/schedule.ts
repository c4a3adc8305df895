import {
  Client,
  type FetchInit,
  type RateLimitStore,
  type RateLimitStoreReply,
  type User,
} from '../../../../src/index.ts';
import { createRateLimitStore, rateLimitStep } from '../../../../src/sharing/index.ts';
import { ConcurrencyLimitedServer, NginxServer } from '../hidden-limits.ts';
import { DocumentedServer } from '../documented-server.ts';
import { seeded } from '../../../support/random.ts';
import { type SimulatedServer } from '../simulation.ts';
import { type CallPlan, type Hidden, type Plan, planOf, type StoreCondition } from './plan.ts';
import { after, restartTime, runUntil, virtualNow } from './virtual-runtime.ts';

// One history of a few clients, from a seed: what the server is like, how long the network takes, who calls what and when,
// who crashes, and when the store is gone. The clients are real; only clocks, timers and the network are not.

const second = 1000;
const minute = 60_000;

/** How a call ended. */
interface Outcome {
  readonly plan: CallPlan;
  readonly process: number;
  doneAt: number;
  error: unknown;
}

/** Runs the history of a seed. Returns what was wrong with it. */
export async function runSchedule(seed: number): Promise<string[]> {
  const plan = planOf(seed);
  const random = seeded(seed + 1);
  Math.random = random; // The names of processes, and the jitter of retries.
  restartTime();
  const announced = new DocumentedServer({ windows: plan.kind, limit: plan.limit, window: minute });
  const server = serverOf(plan.hidden, announced);
  const latency = () => plan.latency * (0.5 + random());
  const store = new FailingStore(latency);
  for (const { at, what } of plan.disturbances) after(at, () => store.become(what));
  for (const at of plan.foreign) after(at, () => announced.answer(plan.offset + virtualNow()));

  const outcomes: Outcome[] = [];
  let pending = 0;
  for (const [index, { calls, crashesAt }] of plan.processes.entries()) {
    const isDead = () => virtualNow() >= crashesAt;
    const failing = new Set<string>();
    const client = new Client({
      apiToken: 'sk_test',
      // Each process has a limiter of its own, because the base URLs differ.
      baseUrl: `https://${seed}-${index}.example.com`,
      logLevel: 'off',
      rateLimit: { limit: plan.limit, ...(plan.hasStore && { store: store.of(isDead) }) },
      fetch: (url, init) => {
        if (isDead()) return new Promise(() => undefined);
        if (failing.delete(init.headers['x-call'] ?? '')) return Promise.reject(refusedConnection(url));
        return exchange(server, plan, latency, url, init);
      },
    });
    for (const [number, call] of calls.entries()) {
      const outcome: Outcome = { plan: call, process: index, doneAt: NaN, error: undefined };
      outcomes.push(outcome);
      if (crashesAt === Infinity) pending += 1;
      if (call.networkFails) failing.add(`${number}`);
      after(call.at, () => {
        const done = () => {
          outcome.doneAt = virtualNow();
          if (crashesAt === Infinity) pending -= 1;
        };
        make(client, call, String(number)).then(done, (error: unknown) => {
          outcome.error = error;
          done();
        });
      });
    }
  }
  // Without its store, a process may get one request a minute.
  const isDone = await runUntil(() => pending === 0, 120 * minute);
  return problemsOf(plan, outcomes, server.refused, isDone);
}

function make(client: Client, call: CallPlan, name: string): Promise<User> {
  const controller = new AbortController();
  if (call.abortsAt < Infinity) after(call.abortsAt - call.at, () => controller.abort('given up'));
  const options = {
    signal: controller.signal,
    priority: call.isBackground ? ('background' as const) : ('normal' as const),
    // Calls with headers of their own share no request.
    ...(call.networkFails && { headers: { 'x-call': name } }),
  };
  return call.method === 'GET'
    ? client.users.get(call.id, options).then((user) => user)
    : client.users
        .create({ name: 'John Doe', email: 'john@example.com', password: 'secret' }, options)
        .then((user) => user);
}

function problemsOf(plan: Plan, outcomes: readonly Outcome[], refused: number, isDone: boolean): string[] {
  const problems: string[] = [];
  const { limit, hidden, processes, hasStore, disturbances, foreign, latency } = plan;
  const alive = outcomes.filter(({ process }) => processes[process]?.crashesAt === Infinity);
  if (!isDone) return ['a call never ended'];

  for (const { plan: call, error } of alive) {
    if (error !== undefined && error !== 'given up')
      problems.push(`a call failed: ${error instanceof Error ? error.message : typeof error}`);
    if (error === 'given up' && call.abortsAt === Infinity) problems.push('a call was given up by nobody');
  }
  const isShared = processes.length === 1 || (hasStore && disturbances.length === 0);
  const hasCrash = processes.some(({ crashesAt }) => crashesAt < Infinity);
  // A request that was aborted on its way may begin a window that no answer tells of.
  const allowed = outcomes.some(({ error }) => error !== undefined) ? 1 : 0;
  if (isShared && foreign.length === 0 && hidden === 'none' && !hasCrash && refused > allowed) {
    problems.push(`${refused} requests were refused`);
  }
  if (hidden === 'none' && disturbances.length === 0 && !hasCrash) {
    /** A request that fails on its way is sent again. */
    const requests = (calls: readonly Outcome[]) =>
      calls.length + calls.filter(({ plan: { networkFails } }) => networkFails).length;
    /** Milliseconds for so many requests. One more window may have been used when the first of them was made. */
    const needed = (count: number) => (Math.ceil(count / limit) + 1) * (minute + 2 * second + 10 * latency);
    // Processes without a store don't divide a window equally.
    const most = needed(requests(outcomes) + foreign.length) + (isShared ? 0 : minute * processes.length);
    /** The part of each window that normal calls get. A tenth, rounded up, is for background calls. */
    const forNormal = 1 - Math.ceil(limit / 10) / limit;
    const normal = outcomes.filter(({ plan: { isBackground } }) => !isBackground);
    const mostNormal = isShared && foreign.length === 0 ? needed(requests(normal) / forNormal) : most;
    /** In each window, a process whose calls wait gets an equal part, whatever the others do. */
    const mostFair = (process: number) => {
      if (!isShared || foreign.length > 0) return most;
      const own = requests(normal.filter((other) => other.process === process));
      const isMixed = outcomes.some((other) => other.plan.isBackground);
      const part = Math.max(1, Math.floor(limit / processes.length));
      return needed(Math.ceil(own / part / (isMixed ? forNormal : 1)) * limit);
    };
    const background = outcomes.filter(({ plan: { isBackground } }) => isBackground);
    /** Of ten requests, background calls get one: of all processes and, while normal calls of their own wait, of that one. */
    const mostBackground = (process: number) => {
      if (!isShared || foreign.length > 0) return most;
      const own = requests(background.filter((other) => other.process === process));
      const isMixed = normal.some((other) => other.process === process);
      const part = Math.max(1, Math.floor(limit / processes.length));
      return needed(Math.max(10 * requests(background), isMixed ? Math.ceil((10 * own) / part) * limit : 0));
    };
    for (const { plan: call, process, doneAt } of alive) {
      const longest = call.isBackground ? mostBackground(process) : Math.min(mostNormal, mostFair(process));
      if (doneAt - call.at <= Math.min(most, longest)) continue;
      problems.push(
        `a ${call.isBackground ? 'background' : 'normal'} call waited ${Math.round((doneAt - call.at) / second)} s`,
      );
    }
  }
  return [...new Set(problems)];
}

function serverOf(hidden: Hidden, announced: DocumentedServer): SimulatedServer & { readonly refused: number } {
  if (hidden === 'concurrency') return new ConcurrencyLimitedServer(announced, { limit: 1, takes: 200 });
  if (hidden === 'rate') return new NginxServer(announced, { rate: 1, burst: 1 });
  return announced;
}

async function exchange(
  server: SimulatedServer,
  { offset }: Plan,
  latency: () => number,
  url: string,
  { signal }: FetchInit,
): Promise<Response> {
  await sleep(latency(), signal);
  const at = virtualNow();
  const { status, headers, took = 0 } = server.answer(at + offset, { path: new URL(url).pathname });
  await sleep(took + latency(), signal);
  const user = { id: 'user_1', name: 'John Doe', email: 'john@example.com', created_at: '2024-01-01T00:00:00Z' };
  const error = { error: { code: 'rate_limit_exceeded', message: 'Too many requests.' } };
  return Response.json(status === 429 ? error : user, { status, headers });
}

function sleep(delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    after(delay, resolve);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

function refusedConnection(url: string): Error {
  const { hostname } = new URL(url);
  const cause = Object.assign(new Error('connect ECONNREFUSED'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
    hostname,
  });
  return new TypeError('fetch failed', { cause });
}

/** A store that all processes use, and that can fail. */
class FailingStore {
  readonly #latency: () => number;
  #condition: StoreCondition = 'up';
  #state: string | undefined;

  constructor(latency: () => number) {
    this.#latency = latency;
  }

  become(condition: StoreCondition): void {
    if (condition === 'flush') this.#state = undefined;
    else this.#condition = condition;
  }

  /** The store as one process sees it. */
  of(isDead: () => boolean): RateLimitStore {
    return createRateLimitStore(
      (_key, request) =>
        new Promise<RateLimitStoreReply>((resolve, reject) => {
          after(Math.min(this.#latency(), 20), () => {
            if (isDead() || this.#condition === 'silent') return;
            if (this.#condition === 'down') {
              reject(new Error('connect ECONNREFUSED'));
              return;
            }
            const { state, reply } = rateLimitStep(this.#state, request, Math.floor(1_700_000_000_000 + virtualNow()));
            this.#state = state;
            resolve(reply);
          });
        }),
    );
  }
}
