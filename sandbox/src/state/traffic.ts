import type { RecordedRequest } from './recorded-request.ts';

/** Requests of one interval, by how they ended. */
export interface TrafficInterval {
  /** Start of the interval, in epoch milliseconds. */
  readonly start: number;
  /** 1xx, 2xx and 3xx. */
  readonly succeeded: number;
  /** 429. */
  readonly refused: number;
  /** Other 4xx, and requests whose client disconnected. */
  readonly clientErrors: number;
  /** 5xx, and broken connections. */
  readonly serverErrors: number;
  /** Requests left in the token's window after the last request of the interval; `undefined` if there was none. */
  readonly remaining: number | undefined;
}

type Ending = 'succeeded' | 'refused' | 'clientErrors' | 'serverErrors';
type Counts = { -readonly [K in keyof TrafficInterval]: TrafficInterval[K] };

/** Number of intervals to keep. */
const keptIntervals = 60;

/** Shortest interval, in milliseconds. */
const shortestInterval = 1000;

/** Counts requests by token and time. Unlike the log, it remembers the last minutes under any load. */
export class Traffic {
  /** Length of an interval, in milliseconds: a twelfth of a rate-limit window. */
  readonly interval: number;
  /** By token; those of `undefined` count the requests of all tokens, and those without a token. */
  readonly #intervals = new Map<string | undefined, Map<number, Counts>>();

  constructor(window: number) {
    this.interval = Math.max(Math.round(window / 12), shortestInterval);
  }

  /** Counts a request that has ended. */
  readonly count = (request: RecordedRequest): void => {
    const start = this.#startOf(Date.parse(request.received_at));
    const ending = endingOf(request);
    for (const key of new Set([undefined, request.token])) {
      const counts = this.#counts(key, start);
      counts[ending] += 1;
      counts.remaining = request.remaining ?? counts.remaining;
    }
  };

  /** The last intervals up to now, oldest first. Without a token, those of all requests. */
  series(token: string | undefined, now: number): readonly TrafficInterval[] {
    const intervals = this.#intervals.get(token);
    const last = this.#startOf(now);
    return Array.from({ length: keptIntervals }, (_, index) => {
      const start = last - (keptIntervals - 1 - index) * this.interval;
      return intervals?.get(start) ?? emptyInterval(start);
    });
  }

  clear(): void {
    this.#intervals.clear();
  }

  #startOf(time: number): number {
    return Math.floor(time / this.interval) * this.interval;
  }

  #counts(key: string | undefined, start: number): Counts {
    let intervals = this.#intervals.get(key);
    if (intervals === undefined) this.#intervals.set(key, (intervals = new Map<number, Counts>()));
    let counts = intervals.get(start);
    if (counts === undefined) {
      intervals.set(start, (counts = emptyInterval(start)));
      for (const oldest of intervals.keys()) {
        if (intervals.size <= keptIntervals) break;
        intervals.delete(oldest);
      }
    }
    return counts;
  }
}

function emptyInterval(start: number): Counts {
  return { start, succeeded: 0, refused: 0, clientErrors: 0, serverErrors: 0, remaining: undefined };
}

function endingOf({ state, status = 0 }: RecordedRequest): Ending {
  if (state === 'aborted') return 'clientErrors';
  if (state !== 'completed' || status >= 500) return 'serverErrors';
  if (status < 400) return 'succeeded';
  return status === 429 ? 'refused' : 'clientErrors';
}
