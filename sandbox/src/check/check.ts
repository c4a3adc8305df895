import type { Exchange } from './exchange.ts';
import type { Transcript } from './transcript.ts';

/** How a server deviates, and in which exchange. */
export interface Deviation {
  readonly problem: string;
  readonly exchange: Exchange;
}

/** Why a check could not be made. */
export interface NotChecked {
  readonly reason: string;
}

/** One thing that the API reference says, or that the SDK assumes where the reference is silent. */
export interface Check {
  /** Area and name, separated by dots, such as `users.create.id`. */
  readonly id: string;
  /** What the reference says, or the SDK assumes. */
  readonly says: string;
  /** Only of assumptions: what the SDK does if the assumption is wrong. */
  readonly sdk?: string;
  /** Finds the first deviation. */
  readonly judge: (transcript: Transcript) => Deviation | NotChecked | undefined;
}

/** What a check found. */
export interface CheckResult extends Pick<Check, 'id' | 'says' | 'sdk'> {
  readonly result: 'passed' | 'deviates' | 'not-checked';
  /** How the server deviates, or why the check could not be made. */
  readonly problem?: string;
  readonly exchange?: Exchange;
}

export function resultOf({ id, says, sdk, judge }: Check, transcript: Transcript): CheckResult {
  const check = { id, says, ...(sdk === undefined ? {} : { sdk }) };
  const found = judge(transcript);
  if (found === undefined) return { ...check, result: 'passed' };
  return 'reason' in found
    ? { ...check, result: 'not-checked', problem: found.reason }
    : { ...check, result: 'deviates', ...found };
}

/** The first exchange in which something is wrong. `problemOf` describes it. */
export function firstDeviation(
  exchanges: readonly Exchange[],
  problemOf: (exchange: Exchange) => string | undefined,
): Deviation | undefined {
  for (const exchange of exchanges) {
    const problem = problemOf(exchange);
    if (problem !== undefined) return { problem, exchange };
  }
  return undefined;
}

/** The first of several alternatives that found something. */
export function firstOf<T>(values: readonly (T | undefined)[]): T | undefined {
  return values.find((value) => value !== undefined);
}

/** A value of a response in a message: `42`, `"text"`, `missing`. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
