import { randomUUID } from 'node:crypto';
import type { Api, Exchange } from './api.ts';
import type { Delivery, Trial } from './deliveries.ts';

/** What a check found out. */
export interface Finding {
  readonly verdict: 'holds' | "doesn't hold" | "couldn't be told";
  /** What was seen, in a sentence. */
  readonly seen: string;
  readonly requestIds: readonly string[];
}

/** What a check may use. */
export interface Run {
  readonly api: Api;
  readonly deliveries: readonly Delivery[];
  /** The users that were created to see their deliveries; `undefined` without `--webhook-url`. */
  readonly trial: Trial | undefined;
  readonly webhookSecret: string | undefined;
  /** The findings of the checks before this one, by id. */
  readonly findings: ReadonlyMap<string, Finding>;
}

/** What only runs if the command line allows it or brings it. */
export type Need = '--write' | '--exceed-limit' | '--webhook-url' | '--delivery';

/** Finds out whether one assumption of `docs/assumptions.md` holds. */
export interface Check {
  /** The row's id on the page. */
  readonly id: string;
  /** All of them are needed. Default: none. `--delivery` is also met by `--webhook-url`. */
  readonly needs?: readonly Need[];
  /** Which option to set, or which line of the SDK to change, if the assumption doesn't hold. */
  readonly remedy: string;
  readonly run: (run: Run) => Promise<Finding> | Finding;
}

const finding =
  (verdict: Finding['verdict']) =>
  (seen: string, ...exchanges: readonly Exchange[]): Finding => ({
    verdict,
    seen,
    requestIds: exchanges.flatMap(({ requestId }) => requestId ?? []),
  });

export const holds = finding('holds');
export const fails = finding("doesn't hold");
export const unclear = finding("couldn't be told");

/** For a response that the check has no use for. */
export const unexpected = (exchange: Exchange): Finding =>
  unclear(`${exchange.request} was answered with ${exchange.status}.`, exchange);

/** A new user, whose email address says what it is for. */
export function newUser(): { name: string; email: string; password: string } {
  return {
    name: 'SDK contract test',
    email: `sdk-contract-test+${randomUUID()}@example.com`,
    password: `Contract-${randomUUID()}`,
  };
}

/** `1 item`, `2 items`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
