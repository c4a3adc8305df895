import { quantile } from '../support/simulation.ts';
import { Network, type NetworkOptions } from './network.ts';
import { leastTime, tokenAt, type Token } from './oracle.ts';
import { randomOf, type Random } from '../../support/random.ts';
import type { Server } from './server.ts';
import type { ClientFactory, ClientSetup, WorkloadCall } from './tested-client.ts';
import { World, type ClientClock } from './world.ts';

/** One experiment. */
export interface Setup extends Partial<NetworkOptions> {
  /** @param epoch The server's clock when the world begins, in milliseconds since 1970. */
  readonly server: (epoch: number) => Server;
  /** The server that the least possible time is measured on, if another: nobody can outrun what happens by surprise. */
  readonly leastServer?: (epoch: number) => Server;
  readonly calls: readonly WorkloadCall[];
  /** Milliseconds by which the world begins after a full second. */
  readonly fraction?: number;
  readonly clock?: ClientClock;
  readonly rateLimit?: ClientSetup['rateLimit'];
  /** The first one is issued at 0. */
  readonly tokens?: readonly Token[];
  /** Whether each attempt asks for a token and gets a new one. */
  readonly hasFreshTokens?: boolean;
  /** Processes that share the work, each with a client of its own. Default: 1. */
  readonly processes?: number;
  readonly maxRetries?: number;
}

export interface Figures {
  readonly failed: number;
  /** Calls that were not answered by the time at which any client would have been done. */
  readonly stuck: number;
  readonly refused: number;
  /** How many refusals were unavoidable, because of what happened while requests were on their way. */
  readonly onTheirWay: number;
  readonly mostInWindow: number;
  /** Of the batch, in milliseconds, and the least possible. */
  readonly time: number;
  readonly leastTime: number;
  /** Of the calls that are to be prompt, in milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly roundTrip: number;
}

const newYear = Date.UTC(2026, 0, 1);
let worlds = 0;

/** Runs the experiment in a world of its own. */
export async function measure(client: ClientFactory, setup: Setup, seed: number): Promise<Figures> {
  const { latency = { middle: 5, spread: 0 }, calls, tokens = [{ issued: 0, token: 'token' }] } = setup;
  const epoch = newYear + (setup.fraction ?? 0);
  const batchCalls = calls.some(({ kind }) => kind === 'batch');
  const least = batchCalls ? leastTime((setup.leastServer ?? setup.server)(epoch), calls, latency, tokens) : 0;
  const lastCall = Math.max(...calls.map(({ at }) => at));
  const limit = lastCall + least * 10 + 3_600_000;
  const random = randomOf(seed);
  const restoreRandom = replaceRandom(randomOf(seed + 1_000));
  const world = new World(epoch, setup.clock);
  const server = setup.server(epoch);
  const network = new Network(world, server, { ...setup, latency }, random);
  let issued = 0;
  const processes = Array.from({ length: setup.processes ?? 1 }, () =>
    client({
      ...(setup.rateLimit && { rateLimit: setup.rateLimit }),
      ...(setup.maxRetries !== undefined && { maxRetries: setup.maxRetries }),
      fetch: network.fetch,
      // No world or process shares the rate limit of another.
      baseUrl: `https://api-${++worlds}.example.com`,
      apiToken: () => (setup.hasFreshTokens ? `token_${++issued}` : tokenAt(tokens, world.now)),
    }),
  );
  const durations: Record<WorkloadCall['kind'], number[]> = { batch: [], prompt: [], locked: [] };
  const ends: number[] = [];
  let failed = 0;
  const done = new AbortController();
  const read = async (call: WorkloadCall, index: number) => {
    if (call.at > world.now) await world.sleep(call.at - world.now);
    try {
      await processes[index % processes.length]!.read(call, done.signal);
      durations[call.kind].push(world.now - call.at);
      if (call.kind === 'batch') ends.push(world.now);
    } catch {
      if (call.kind !== 'locked') failed++;
    }
  };
  const measured = calls.filter(({ kind }) => kind !== 'locked');
  const start = Math.min(...calls.filter(({ kind }) => kind === 'batch').map(({ at }) => at));
  const program = async () => {
    const locked = calls.filter(({ kind }) => kind === 'locked').map(read);
    await Promise.all(measured.map(read));
    done.abort();
    await Promise.all(locked);
  };
  try {
    await world.run(program, limit);
  } finally {
    restoreRandom();
  }
  const answered = durations.batch.length + durations.prompt.length;
  return {
    failed,
    stuck: measured.length - answered - failed,
    refused: network.refused,
    onTheirWay: network.onTheirWay,
    mostInWindow: server.mostInWindow ?? 0,
    time: ends.length > 0 ? Math.max(...ends) - start : 0,
    p50: quantile(durations.prompt, 0.5),
    p95: quantile(durations.prompt, 0.95),
    roundTrip: latency.middle + latency.spread,
    leastTime: least,
  };
}

/** The jitter of a client is the same in each run. */
function replaceRandom(random: Random): () => void {
  const original = Math.random;
  Math.random = random;
  return () => void (Math.random = original);
}
