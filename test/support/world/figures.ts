import type { Exchange } from './network.ts';

/** A call, and what it rejected with. Times are in virtual milliseconds. */
export interface CallRecord {
  readonly group: string;
  readonly from: number;
  readonly to: number;
  readonly error: unknown;
}

/** The results of a run. Times are in seconds. */
export interface Figures {
  readonly calls: number;
  readonly answered: number;
  /** The number of rejected calls by error: its class and its first words. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly errors: readonly unknown[];
  /** How long the answered calls took. */
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** How long the first and the last rejected call took. */
  readonly firstRejection: number;
  readonly lastRejection: number;
  /** When the last call ended. */
  readonly end: number;
  readonly requests: number;
  readonly refused: number;
  /** Figures that only this row has. */
  readonly extra: Readonly<Record<string, number>>;
}

export function figuresOf(calls: readonly CallRecord[], exchanges: readonly Exchange[]): Figures {
  const answered = secondsOf(calls.filter(({ error }) => error === undefined));
  const failed = calls.filter(({ error }) => error !== undefined);
  const rejections = secondsOf(failed);
  const rejected: Record<string, number> = {};
  for (const { error } of failed) rejected[labelOf(error)] = (rejected[labelOf(error)] ?? 0) + 1;
  return {
    calls: calls.length,
    answered: answered.length,
    rejected,
    errors: failed.map(({ error }) => error),
    p50: at(answered, 0.5),
    p95: at(answered, 0.95),
    max: at(answered, 1),
    firstRejection: rejections[0] ?? NaN,
    lastRejection: at(rejections, 1),
    end: Math.max(0, ...calls.map(({ to }) => to / 1000)),
    requests: exchanges.length,
    refused: exchanges.filter(({ outcome }) => outcome === 429).length,
    extra: {},
  };
}

const secondsOf = (calls: readonly CallRecord[]) =>
  calls.map(({ from, to }) => (to - from) / 1000).sort((a, b) => a - b);

const at = (sorted: readonly number[], part: number) => sorted[Math.ceil(sorted.length * part) - 1] ?? NaN;

/** The class of an error, and its first words. */
function labelOf(error: unknown): string {
  const { name, message } = error as Error;
  const words = message.replaceAll(/\S*\d\S*/g, '…').split(' ');
  return `${name}: ${words.slice(0, 6).join(' ')}`;
}

/** Everything that an error and its causes say, to check whether it names the true cause. */
export function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code = '', status = '' } = error as { code?: unknown; status?: unknown };
  return `${error.name} ${error.message} ${String(code)} ${String(status)} ${saidBy(error.cause)}`;
}
