// Rows on which the SDK once did worse than the client of thirty lines: outages, gateways and misleading headers.
import { DocumentedServer, type DocumentedOptions } from './documented-server.ts';
import type { Setup } from './measure.ts';
import { anyStart, type Goal, type Row } from './row.ts';
import { refused, type Reply, type Server } from './server.ts';
import { allOf, answeredAs, bucket, concurrency, failing, plainWindow } from './undocumented-servers.ts';
import { atOnce, steady } from './workloads.ts';
import { budget } from '../../support/in-process-api.ts';

const second = 1000;
const minute = 60 * second;

type Create = (epoch: number, begun: number) => Server;

function row(name: string, calls: Setup['calls'], create: Create, goal: Goal = {}, more: Partial<Setup> = {}): Row {
  return {
    name,
    goal,
    quick: true,
    setup: (random) => {
      const { fraction, begun } = anyStart(random);
      const latency = { middle: 20, spread: 10 };
      return { calls, fraction, latency, server: (epoch) => create(epoch, begun), ...more };
    },
  };
}

const documented: (options?: DocumentedOptions) => Create =
  (options = {}) =>
  (epoch, begun) =>
    new DocumentedServer(epoch, { begun, ...options });

const outages: Record<string, Reply> = {
  'connections refused': { status: 'connection refused', headers: {} },
  'connections reset': { status: 'connection reset', headers: {} },
  '502': { status: 502, headers: {} },
  '503': { status: 503, headers: {} },
  '503 with Retry-After: 5': { status: 503, headers: { 'retry-after': '5' } },
};

/** Calls wait for the next window when the API goes away. */
function outagesAtTurn(): Row[] {
  return Object.entries(outages).flatMap(([name, reply]) =>
    [1, 3, 10, 30].flatMap((seconds) =>
      [110, 1000].map((count): Row => {
        const create: Create = (epoch, begun) => {
          const turn = minute - begun;
          return failing(documented()(epoch, begun), turn - 500, turn + seconds * second, () => reply);
        };
        const goal = { refused: 30 + seconds };
        const quick = count === 110 ? seconds === 30 : seconds === 3;
        return { ...row(`${name} for ${seconds} s at a turn, ${count} calls`, atOnce(count), create, goal), quick };
      }),
    ),
  );
}

/** The API fails behind what counts its requests, while calls wait for the next window. */
const failingBehindLimit =
  (seconds: number): Create =>
  (epoch, begun) =>
    answeredAs(documented()(epoch, begun), (reply, now) => {
      const isDown = now >= minute - begun - 500 && now < minute - begun + seconds * second;
      return isDown && reply.status === 200 ? { status: 500, headers: reply.headers } : reply;
    });

/** Half-way through its window, a gateway answers 429 for a while, which no header explains. */
const gateway = (from: number): Create => {
  return (epoch, begun) => failing(documented()(epoch, begun), from, from + 40 * second, () => refused());
};

/** A bucket that is full again at `reset`, as GitLab and others announce it. */
function announcedBucket(epoch: number, rate = 1, size = 100): Server {
  let level = size;
  let at = 0;
  const fill = (now: number) => {
    level = Math.min(size, level + ((now - at) / second) * rate);
    at = now;
  };
  return {
    admits: (_, now) => (fill(now), level >= 1),
    receive(_, now) {
      fill(now);
      const isAccepted = level >= 1;
      if (isAccepted) level -= 1;
      const headers = {
        ...budget(size, Math.floor(level), Math.ceil((epoch + now + ((size - level) / rate) * second) / second)),
      };
      return isAccepted ? { status: 200, headers } : refused(undefined, headers);
    },
  };
}

/** The `Date` of answers is that of a CDN: so many seconds ahead, or none. */
function dates(): Row[] {
  return ([3, 20, -3, -20, undefined] as const).map((ahead) => {
    const name = ahead === undefined ? 'no Date' : `a Date ${ahead} s ahead of reset`;
    const create: Create = (epoch, begun) =>
      answeredAs(documented()(epoch, begun), (reply, now) => {
        const date = ahead === undefined ? '' : new Date(epoch + now + ahead * second).toUTCString();
        return { ...reply, headers: { date, ...reply.headers } };
      });
    return {
      ...row(`${name}, 300 calls`, atOnce(300), create, { refused: 12 }),
      ...(ahead === -20 && { isWorse: 'the Date of the API is believed rather than the clock of the computer' }),
    };
  });
}

/** nginx's `limit_req` refuses with 503 unless it is configured otherwise. */
const as503 = (server: Server) =>
  answeredAs(server, (reply) => (reply.status === 429 ? { status: 503, headers: {} } : reply));

function hiddenAs503(): Row[] {
  const limits: Record<string, () => Server> = {
    '10 a second, burst 20': () => bucket({ rate: 10, burst: 20 }),
    '2 a second, burst 5': () => bucket({ rate: 2, burst: 5 }),
    '5 in flight': () => concurrency(5),
    '40 a minute, Retry-After': () => plainWindow({ limit: 40, retryAfter: true }),
  };
  return Object.entries(limits).flatMap(([name, create]) => {
    // Each 503 uses up a retry. Slower limits may take all of them.
    const goal = { refused: 200, ...(!name.startsWith('10 a second') && { failed: Infinity }) };
    const besideDocumented: Create = (epoch, begun) => allOf(as503(create()), documented()(epoch, begun));
    return [
      row(`${name}, as 503, 200 calls`, atOnce(200), () => as503(create()), goal),
      row(`${name}, as 503, beside the documented limit, 200 calls`, atOnce(200), besideDocumented, goal),
    ];
  });
}

/** All answers come from a cache, with headers of long ago. */
const cached: Create = (epoch, begun) =>
  answeredAs(documented({ limit: 1_000 })(epoch, begun), (reply) => {
    return { ...reply, headers: { ...reply.headers, age: '30' } };
  });

/** The token counts for the account, whatever it is. */
const accountWide: Create = (epoch, begun) => {
  const server = documented({ retryAfter: true })(epoch, begun);
  return {
    admits: (request, now) => server.admits({ ...request, token: '' }, now),
    receive: (request, now, work) => server.receive({ ...request, token: '' }, now, work),
  };
};

export const outageRows: readonly Row[] = [
  ...outagesAtTurn(),
  ...[15, 90].map((seconds) =>
    row(
      `500 with the headers of the API for ${seconds} s at a turn, 400 calls`,
      atOnce(400),
      failingBehindLimit(seconds),
      {
        refused: 30 + seconds,
      },
    ),
  ),
  row(
    '503 with Retry-After: 60 for 120 s, a call every 2 s',
    steady(0, 4 * minute, 2 * second),
    (epoch, begun) =>
      failing(documented()(epoch, begun), 30 * second, 150 * second, () => ({
        status: 503,
        headers: { 'retry-after': '60' },
      })),
    { refused: 120 },
  ),
  row('a gateway answers 429 for 40 s, 300 calls', atOnce(300), gateway(5 * second), { refused: 40 }),
  row('a gateway answers 429 for 40 s, a call every 5 s', steady(0, 3 * minute, 5 * second), gateway(30 * second), {
    refused: 40,
  }),
  ...dates(),
  ...hiddenAs503(),
  ...[2, 8].map((processes) => {
    const goal = { refused: processes * 70 };
    return row(`${processes} processes without a store, 480 calls`, atOnce(480), documented(), goal, { processes });
  }),
  row('an announced bucket of one a second, 300 calls', atOnce(300), (epoch) => announcedBucket(epoch), {
    refused: 10,
  }),
  row(
    'an announced bucket of one a second, a call every 2 s',
    steady(0, 10 * minute, 2 * second),
    (epoch) => announcedBucket(epoch),
    { refused: 0, p95: 100 },
  ),
  {
    ...row('all answers come from a cache, 300 calls', atOnce(300), cached),
    isWorse: 'one request at a time is sent: the reference believes what a cache repeats',
  },
  row(
    'Retry-After: 40 on what the window explains',
    atOnce(300),
    documented({ foreign: [{ at: -1, count: 100 }], retryAfter: true }),
    { refused: 6 },
  ),
  {
    ...row(
      'a new token for each attempt, one limit for all',
      atOnce(300),
      accountWide,
      { refused: 300 },
      { hasFreshTokens: true },
    ),
    isWorse: 'the reference counts for all tokens together, which would be wrong where each has a limit of its own',
  },
];
