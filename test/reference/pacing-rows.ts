import { DocumentedServer, type DocumentedOptions } from '../rate-limit/model/documented-server.ts';
import type { Measured, Setup } from '../rate-limit/model/measure.ts';
import { anyStart } from '../rate-limit/model/row.ts';
import { between, type Random } from '../support/random.ts';
import { refused, type Reply, type Server } from '../rate-limit/model/server.ts';
import { allOf, bucket, concurrency, failing, plainWindow } from '../rate-limit/model/undocumented-servers.ts';
import { atOnce, inBackground, locked, steady } from '../rate-limit/model/workloads.ts';

const second = 1000;
const minute = 60 * second;
const quick = { middle: 20, spread: 10 };

/** A server or a bad day on which the SDK once did worse than the client of thirty lines. */
export interface ReferenceRow {
  readonly name: string;
  readonly setup: (random: Random) => Setup;
  /** What it may cost at most, beside being no worse. */
  readonly goal?: Partial<Pick<Measured, 'failed' | 'stuck' | 'refused' | 'time' | 'p50' | 'p95'>>;
  /** Why the SDK is worse here than the client of thirty lines, if it may be. */
  readonly isWorse?: string;
}

type Create = (epoch: number, begun: number) => Server;

function row(
  name: string,
  calls: Setup['calls'],
  create: Create,
  goal: ReferenceRow['goal'] = {},
  more: Partial<Setup> = {},
): ReferenceRow {
  return {
    name,
    goal: { failed: 0, stuck: 0, ...goal },
    setup: (random) => {
      const { fraction, begun } = anyStart(random);
      return { calls, fraction, latency: quick, server: (epoch) => create(epoch, begun), ...more };
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
function outagesAtTurn(): ReferenceRow[] {
  return Object.entries(outages).flatMap(([name, reply]) =>
    [1, 3, 10, 30].flatMap((seconds) =>
      [110, 1000].map((count) => {
        const create: Create = (epoch, begun) => {
          const turn = minute - begun;
          return failing(new DocumentedServer(epoch, { begun }), turn - 500, turn + seconds * second, () => reply);
        };
        return row(`${name} for ${seconds} s at a turn, ${count} calls`, atOnce(count), create, {
          refused: 30 + seconds,
        });
      }),
    ),
  );
}

/** The token counts for the account, whatever it is. */
function accountWide(server: Server): Server {
  return {
    admits: (request, now) => server.admits({ ...request, token: '' }, now),
    receive: (request, now, work) => server.receive({ ...request, token: '' }, now, work),
  };
}

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
        'x-ratelimit-limit': String(size),
        'x-ratelimit-remaining': String(Math.floor(level)),
        'x-ratelimit-reset': String(Math.ceil((epoch + now + ((size - level) / rate) * second) / second)),
      };
      return isAccepted ? { status: 200, headers } : refused(undefined, headers);
    },
  };
}

/** The `Date` of answers is that of a CDN. */
function dated(server: Server, epoch: number, ahead: number | undefined): Server {
  return {
    admits: (request, now) => server.admits(request, now),
    receive(request, now, work) {
      const reply = server.receive(request, now, work);
      const date = ahead === undefined ? '' : new Date(epoch + now + ahead).toUTCString();
      return { ...reply, headers: { date, ...reply.headers } };
    },
  };
}

/** All answers come from a cache, with headers of long ago. */
function cached(server: Server): Server {
  return {
    admits: (request, now) => server.admits(request, now),
    receive(request, now, work) {
      const reply = server.receive(request, now, work);
      return { ...reply, headers: { ...reply.headers, age: '30' } };
    },
  };
}

/** nginx's `limit_req` refuses with 503 unless it is configured otherwise. */
function as503(server: Server): Server {
  return {
    admits: (request, now) => server.admits(request, now),
    receive(request, now, work) {
      const reply = server.receive(request, now, work);
      return reply.status === 429 ? { status: 503, headers: {} } : reply;
    },
  };
}

function dates(): ReferenceRow[] {
  return ([3, 20, -3, -20, undefined] as const).map((ahead) => {
    const isFarBehind = ahead !== undefined && ahead < -5;
    const name = ahead === undefined ? 'no Date' : `a Date ${ahead} s ahead of reset`;
    const create: Create = (epoch, begun) =>
      dated(new DocumentedServer(epoch, { begun }), epoch, ahead === undefined ? undefined : ahead * second);
    const base = row(`${name}, 300 calls`, atOnce(300), create, { refused: 12 });
    return isFarBehind
      ? { ...base, isWorse: 'the Date of the API is believed rather than the clock of the computer' }
      : base;
  });
}

function wrongClocks(): ReferenceRow[] {
  return ([20, -20] as const).flatMap((seconds) =>
    (['exact', 'up', 'down'] as const).map((reset) =>
      row(
        `a clock ${seconds} s ahead, reset ${reset}, 300 calls`,
        atOnce(300),
        documented({ reset }),
        { refused: 8 },
        { clock: { offset: seconds * second } },
      ),
    ),
  );
}

function severalProcesses(): ReferenceRow[] {
  return [2, 4, 8, 16].map((processes) =>
    row(
      `${processes} processes without a store, 480 calls`,
      atOnce(480),
      documented(),
      { refused: processes * 70 },
      { processes },
    ),
  );
}

function hidden(): ReferenceRow[] {
  const limits: Record<string, () => Server> = {
    '10 a second, burst 20': () => bucket({ rate: 10, burst: 20 }),
    '2 a second, burst 5': () => bucket({ rate: 2, burst: 5 }),
    '5 a second, burst 20, Retry-After': () => bucket({ rate: 5, burst: 20, retryAfter: true }),
    '5 in flight': () => concurrency(5),
    '10 in a second': () => plainWindow({ limit: 10, duration: second }),
    '40 a minute, Retry-After': () => plainWindow({ limit: 40, retryAfter: true }),
  };
  return Object.entries(limits).flatMap(([name, create]) => {
    // Each 503 uses up a retry. Slower limits may take all of them.
    const goal = { refused: 200, ...(!name.startsWith('10 a second') && { failed: Infinity }) };
    return [
      row(`hidden: ${name}, 300 calls`, atOnce(300), create, { refused: 200 }),
      row(`hidden: ${name}, as 503, 200 calls`, atOnce(200), () => as503(create()), goal),
      row(
        `hidden: ${name}, as 503, beside the documented limit, 200 calls`,
        atOnce(200),
        (epoch, begun) => allOf(as503(create()), new DocumentedServer(epoch, { begun })),
        goal,
      ),
    ];
  });
}

function besideLocked(): ReferenceRow[] {
  return [60, undefined].flatMap((retryAfter) =>
    [true, false].map((areNew) =>
      row(
        `a good call a second beside ten ${areNew ? 'new' : 'old'} locked ones a minute, Retry-After: ${retryAfter}`,
        [...steady(0, 10 * minute, second), ...locked(10, 9, areNew)],
        documented({ locked: /locked/, lockedRetryAfter: retryAfter }),
        { p95: 2_000 },
      ),
    ),
  );
}

function besideBackground(): ReferenceRow[] {
  const backlog = inBackground(atOnce(2000, 2 * minute));
  const burst = (index: number, begun: number) =>
    atOnce(40, index * minute - begun + 30 * second).map((call, number) => ({
      ...call,
      path: `/things/burst_${index}_${number}`,
      kind: 'prompt' as const,
    }));
  const steadily = row(
    '30 normal calls a minute beside 2 000 in the background',
    [...steady(0, 12 * minute, 2 * second), ...backlog],
    documented(),
    { p50: 50, p95: 1_000 },
  );
  const inBursts: ReferenceRow = {
    name: '40 normal calls in mid-window beside 2 000 in the background',
    goal: { failed: 0, stuck: 0, refused: 0, p50: 50, p95: 1_000 },
    setup: (random) => {
      const { fraction, begun } = anyStart(random);
      const calls = [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((index) => burst(index, begun));
      const server = (epoch: number) => documented()(epoch, begun);
      return { fraction, calls: [...calls, ...backlog], latency: quick, server };
    },
  };
  const isWorse = 'the backlog leaves requests to normal calls, which the reference makes wait for twenty minutes';
  return [steadily, inBursts].map((one) => ({ ...one, isWorse }));
}

function freshTokens(): ReferenceRow {
  const create: Create = (epoch, begun) => accountWide(new DocumentedServer(epoch, { begun, retryAfter: true }));
  const name = 'a new token for each attempt, one limit for all';
  return {
    ...row(name, atOnce(300), create, { refused: 300 }, { hasFreshTokens: true }),
    isWorse: 'the reference counts for all tokens together, which would be wrong where each has a limit of its own',
  };
}

export const referenceRows: readonly ReferenceRow[] = [
  ...outagesAtTurn(),
  ...dates(),
  ...wrongClocks(),
  ...severalProcesses(),
  ...hidden(),
  ...besideLocked(),
  ...besideBackground(),
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
    ...row('all answers come from a cache, 300 calls', atOnce(300), (epoch, begun) =>
      cached(new DocumentedServer(epoch, { begun, limit: 1_000 })),
    ),
    isWorse: 'one request at a time is sent: the reference believes what a cache repeats',
  },
  row(
    'Retry-After: 40 on what the window explains',
    atOnce(300),
    documented({ foreign: [{ at: -1, count: 100 }], retryAfter: true }),
    { refused: 6 },
  ),
  freshTokens(),
  row(
    'a gateway answers 429 for 40 s, 300 calls',
    atOnce(300),
    (epoch, begun) => failing(new DocumentedServer(epoch, { begun }), 5 * second, 45 * second, () => refused()),
    { refused: 40 },
  ),
  row(
    'a gateway answers 429 for 40 s, a call every 5 s',
    steady(0, 3 * minute, 5 * second),
    (epoch, begun) => failing(new DocumentedServer(epoch, { begun }), 30 * second, 70 * second, () => refused()),
    { refused: 40 },
  ),
  {
    name: 'foreign use of any size, 300 calls',
    setup: (random) => {
      const { fraction, begun } = anyStart(random);
      const foreign = Array.from({ length: 100 }, (_, index) => ({
        at: index * 4 * second,
        count: between(random, 0, 6),
      }));
      return { calls: atOnce(300), fraction, latency: quick, server: (epoch) => documented({ foreign })(epoch, begun) };
    },
  },
];
