// The second table: other limits, with 300 calls each.
import { DocumentedServer } from './documented-server.ts';
import type { Setup } from './measure.ts';
import { between, type Random } from '../../support/random.ts';
import type { Goal, Row } from './row.ts';
import type { Server } from './server.ts';
import {
  allOf,
  bucket,
  concurrency,
  outage,
  perEndpoint,
  plainWindow,
  slidingCounter,
  slidingLog,
} from './undocumented-servers.ts';
import { atOnce, atOnceForTwo } from './workloads.ts';

const minute = 60_000;

const usual: Goal = { refused: 200, times: 3 };

type Create = (epoch: number, random: Random) => Server;

/** A server that announces what it allows, or at least the documented limit. */
function announced(name: string, create: Create, more: Partial<Setup> = {}, goal: Goal = usual): Row {
  return {
    name,
    goal,
    setup: (random) => {
      const seed = random();
      return {
        calls: atOnce(300),
        latency: { middle: 100, spread: 20 },
        fraction: between(random, 0, 999),
        // The oracle's server and the client's have the same beginning.
        server: (epoch) => create(epoch, () => seed),
        ...more,
      };
    },
  };
}

/** A server that announces nothing. A client keeps to the documented limit as well, and so does the oracle. */
function silent(name: string, create: Create, more: Partial<Setup> = {}, goal: Goal = usual): Row {
  const { setup } = announced(name, create, more, goal);
  return {
    name,
    goal,
    setup: (random) => {
      const all = setup(random);
      const leastServer = (epoch: number) => allOf(plainWindow({ windows: 'first' }), all.server(epoch));
      return { ...all, leastServer };
    },
  };
}

const forTwo = { calls: atOnceForTwo(300) };
const begun = (random: Random, duration = minute) => Math.floor(random() * duration * 0.8);

export const undocumentedRows: readonly Row[] = [
  silent('nginx limit_req, 10 a second, burst 20', () => bucket({ rate: 10, burst: 20 })),
  silent('GCRA, 1 a second, burst 1', () => bucket({ rate: 1, burst: 1 }), {}, { refused: 400, times: 3 }),
  silent('5 in flight', () => concurrency(5)),
  // The whole work takes half a second. After a pause of one, a gate begins at the five a second that were admitted.
  silent(
    '5 in flight, 30 calls',
    () => concurrency(5),
    { calls: atOnce(30) },
    { refused: 30, times: 2.5, extra: 5_000 },
  ),
  announced('5 in flight beside the documented limit', (epoch, random) => {
    return allOf(concurrency(5), new DocumentedServer(epoch, { begun: begun(random) }));
  }),
  announced('10 per second beside the documented limit', (epoch, random) => {
    const perSecond = plainWindow({ limit: 10, duration: 1000, begun: begun(random, 1000) });
    return allOf(perSecond, new DocumentedServer(epoch, { begun: begun(random) }));
  }),
  announced(
    '100 and 20 a minute for two endpoints, announced',
    (epoch, random) => {
      return perEndpoint((endpoint) => {
        return new DocumentedServer(epoch, { limit: endpoint === '/users' ? 100 : 20, begun: begun(random) });
      });
    },
    forTwo,
  ),
  announced('GitHub-like: 5 000 an hour announced, 80 a minute, Retry-After', (epoch, random) => {
    const primary = new DocumentedServer(epoch, { limit: 5000, duration: 60 * minute, begun: begun(random) });
    return allOf(plainWindow({ limit: 80, begun: begun(random), retryAfter: true }), primary);
  }),
  announced(
    'Discord-like: 5 in 5 s for each endpoint, announced, Retry-After',
    (epoch) => {
      return perEndpoint(
        () => new DocumentedServer(epoch, { limit: 5, duration: 5000, windows: 'first', retryAfter: true }),
      );
    },
    forTwo,
  ),
  announced('a sliding log of 100 a minute, announced', (epoch) => slidingLog(100, minute, epoch)),
  silent('a sliding log of 100 a minute, no headers', () => slidingLog(100, minute)),
  announced('a sliding counter of 100 a minute, announced', (epoch) => slidingCounter(100, minute, epoch)),
  silent('no headers, windows aligned to the clock', (epoch, random) => {
    return new DocumentedServer(epoch, { hidesHeaders: true, begun: begun(random) });
  }),
  announced('a 503 storm of 10 s in mid-burst', (epoch, random) => {
    return outage(new DocumentedServer(epoch, { begun: begun(random) }), 90, 10_000);
  }),
  // Until a request is answered otherwise, one at a time is sent: in ten seconds, 200 of 50 ms.
  announced('a 503 storm of 10 s at a turn', (epoch, random) => {
    const early = begun(random);
    return outage(new DocumentedServer(epoch, { begun: early }), minute - early, minute - early + 10_000);
  }),
  silent('10 per second with answers after 400 ± 200 ms', () => plainWindow({ limit: 10, duration: 1000 }), {
    latency: { middle: 400, spread: 200 },
  }),
];
