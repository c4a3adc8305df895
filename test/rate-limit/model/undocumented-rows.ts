// The second table: other limits, with 300 calls each.
import { announcement } from './announcement.ts';
import { DocumentedServer } from './documented-server.ts';
import type { Setup } from './measure.ts';
import { between, type Random } from './random.ts';
import type { Goal, Row } from './row.ts';
import type { Server } from './server.ts';
import {
  AllOf,
  Bucket,
  Concurrency,
  Outage,
  PerEndpoint,
  PlainWindow,
  SlidingCounter,
  SlidingLog,
} from './undocumented-servers.ts';
import { atOnce, atOnceForTwo } from './workloads.ts';

const minute = 60_000;

const usual: Goal = { refused: 130, times: 2.5 };

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
      const leastServer = (epoch: number) => new AllOf(new PlainWindow({ windows: 'first' }), all.server(epoch));
      return { ...all, leastServer };
    },
  };
}

const forTwo = { calls: atOnceForTwo(300) };
const begun = (random: Random, duration = minute) => Math.floor(random() * duration * 0.8);

const gcraHeaders = (epoch: number) => (left: number) => announcement(20, left, epoch + minute, 'up');

export const undocumentedRows: readonly Row[] = [
  silent('nginx limit_req, 10 a second, burst 20', () => new Bucket({ rate: 10, burst: 20 })),
  silent('nginx limit_req, 2 a second, burst 5', () => new Bucket({ rate: 2, burst: 5 })),
  silent('GCRA, 5 a second, burst 20, Retry-After', () => new Bucket({ rate: 5, burst: 20, retryAfter: true })),
  silent('GCRA, 1 a second, burst 1', () => new Bucket({ rate: 1, burst: 1 })),
  silent('5 in flight', () => new Concurrency(5)),
  silent('10 in flight', () => new Concurrency(10)),
  // The whole work takes half a second. After a pause of one, a gate begins at the five a second that were admitted.
  silent(
    '5 in flight, 30 calls',
    () => new Concurrency(5),
    { calls: atOnce(30) },
    { refused: 30, times: 2.5, extra: 5_000 },
  ),
  announced('5 in flight beside the documented limit', (epoch, random) => {
    return new AllOf(new Concurrency(5), new DocumentedServer(epoch, { begun: begun(random) }));
  }),
  silent('10 per second', (_, random) => new PlainWindow({ limit: 10, duration: 1000, begun: begun(random, 1000) })),
  announced('10 per second beside the documented limit', (epoch, random) => {
    const perSecond = new PlainWindow({ limit: 10, duration: 1000, begun: begun(random, 1000) });
    return new AllOf(perSecond, new DocumentedServer(epoch, { begun: begun(random) }));
  }),
  silent(
    '20 in 10 s for each endpoint, no headers',
    () => new PerEndpoint(() => new Bucket({ rate: 2, burst: 20 })),
    forTwo,
  ),
  announced(
    '100 and 20 a minute for two endpoints, announced',
    (epoch, random) => {
      return new PerEndpoint((endpoint) => {
        return new DocumentedServer(epoch, { limit: endpoint === '/users' ? 100 : 20, begun: begun(random) });
      });
    },
    forTwo,
  ),
  announced(
    '20 in 10 s for one endpoint beside the documented limit',
    (epoch, random) => {
      const perEndpoint = new PerEndpoint(
        (endpoint) => new Bucket({ rate: endpoint === '/users' ? 2 : 1000, burst: endpoint === '/users' ? 20 : 1000 }),
      );
      return new AllOf(perEndpoint, new DocumentedServer(epoch, { begun: begun(random) }));
    },
    forTwo,
  ),
  silent('Stripe-like: 25 a second and 20 in flight, no headers', () => {
    return new AllOf(new Bucket({ rate: 25, burst: 25 }), new Concurrency(20));
  }),
  silent(
    'Slack-like: 50 a minute for each endpoint, Retry-After',
    (_, random) => {
      return new PerEndpoint(() => new PlainWindow({ limit: 50, begun: begun(random), retryAfter: true }));
    },
    forTwo,
  ),
  announced(
    'GitHub-like: 5 000 an hour announced, 100 in flight, Retry-After',
    (epoch, random) => {
      const primary = new DocumentedServer(epoch, { limit: 5000, duration: 60 * minute, begun: begun(random) });
      return new AllOf(new Concurrency(100, 60), primary);
      // Without a refusal, all would be done in less than a second. After one, GitHub asks for a minute.
    },
    {},
    { refused: 130, times: 2.5, extra: minute },
  ),
  announced('GitHub-like: 5 000 an hour announced, 80 a minute, Retry-After', (epoch, random) => {
    const primary = new DocumentedServer(epoch, { limit: 5000, duration: 60 * minute, begun: begun(random) });
    return new AllOf(new PlainWindow({ limit: 80, begun: begun(random), retryAfter: true }), primary);
  }),
  announced(
    'Discord-like: 5 in 5 s for each endpoint, announced, Retry-After',
    (epoch) => {
      return new PerEndpoint(
        () => new DocumentedServer(epoch, { limit: 5, duration: 5000, windows: 'first', retryAfter: true }),
      );
    },
    forTwo,
  ),
  silent('Shopify-like: 2 a second, 40 at once, its own header, Retry-After', () => {
    const headers = (_: number, used: number) => ({ 'x-shopify-shop-api-call-limit': `${used}/40` });
    return new Bucket({ rate: 2, burst: 40, retryAfter: true, headers });
  }),
  silent('Azure-like: 12 000 an hour in a header of its own, 20 a second, Retry-After', () => {
    const headers = (left: number) => ({ 'x-ms-ratelimit-remaining-subscription-reads': String(11_980 + left) });
    return new Bucket({ rate: 20, burst: 40, retryAfter: true, headers });
  }),
  silent('Twitter-like: 75 in 15 minutes, in headers of its own', (epoch, random) => {
    const duration = 15 * minute;
    return new PlainWindow({
      limit: 75,
      duration,
      begun: begun(random, duration),
      headers: (window, now) => ({
        'x-rate-limit-limit': '75',
        'x-rate-limit-remaining': String(window.left(now)),
        'x-rate-limit-reset': String(Math.ceil((epoch + window.end(now)) / 1000)),
      }),
    });
  }),
  silent('Envoy-like: 60 a minute, reset in seconds from now', (_, random) => {
    return new PlainWindow({
      limit: 60,
      begun: begun(random),
      headers: (window, now) => ({
        'x-ratelimit-limit': '60, 60;w=60',
        'x-ratelimit-remaining': String(window.left(now)),
        'x-ratelimit-reset': String(Math.ceil((window.end(now) - now) / 1000)),
      }),
    });
  }),
  announced('GCRA announced as if it were a window', (epoch) => {
    return new Bucket({ rate: 2, burst: 20, headers: gcraHeaders(epoch) });
  }),
  announced('a sliding log of 100 a minute, announced', (epoch) => new SlidingLog(100, minute, epoch)),
  silent('a sliding log of 100 a minute, no headers', () => new SlidingLog(100, minute)),
  silent('a sliding log of 10 a second, no headers', () => new SlidingLog(10, 1000)),
  announced('a sliding counter of 100 a minute, announced', (epoch) => new SlidingCounter(100, minute, epoch)),
  silent('no headers, windows aligned to the clock', (epoch, random) => {
    return new DocumentedServer(epoch, { hidesHeaders: true, begun: begun(random) });
  }),
  silent('no headers, windows that begin with the first request', (epoch) => {
    return new DocumentedServer(epoch, { hidesHeaders: true, windows: 'first' });
  }),
  silent('no headers, half of the documented limit', (epoch, random) => {
    return new DocumentedServer(epoch, { hidesHeaders: true, limit: 50, begun: begun(random) });
  }),
  announced('a 503 storm of 10 s in mid-burst', (epoch, random) => {
    return new Outage(new DocumentedServer(epoch, { begun: begun(random) }), 90, 10_000);
  }),
  // Until a request is answered otherwise, one at a time is sent: in ten seconds, 200 of 50 ms.
  announced(
    'a 503 storm of 10 s at a turn',
    (epoch, random) => {
      const early = begun(random);
      return new Outage(new DocumentedServer(epoch, { begun: early }), minute - early, minute - early + 10_000);
    },
    {},
    { refused: 200, times: 2.5 },
  ),
  silent('GCRA within the same tick', () => new Bucket({ rate: 5, burst: 20 }), { latency: { middle: 0, spread: 0 } }),
  silent('10 per second with answers after 400 ± 200 ms', () => new PlainWindow({ limit: 10, duration: 1000 }), {
    latency: { middle: 400, spread: 200 },
  }),
];
