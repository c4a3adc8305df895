import type { Api, Exchange } from './api.ts';
import type { Delivery, Trial } from './deliveries.ts';

/** What a check found out. */
export interface Finding {
  readonly verdict: 'holds' | "doesn't hold" | "couldn't be told";
  /** What the check saw, in a sentence. */
  readonly seen: string;
  /** Ids of the requests and deliveries that show it. */
  readonly ids: readonly string[];
}

/** What a check may use. */
export interface Run {
  readonly api: Api;
  readonly deliveries: readonly Delivery[];
  /** The users that were created to watch their deliveries; `undefined` without `--webhook-url`. */
  readonly trial: Trial | undefined;
  readonly webhookSecret: string | undefined;
  /** The findings of the checks before this one, by id. */
  readonly findings: ReadonlyMap<string, Finding>;
}

/** Finds out whether one assumption of `docs/assumptions.md` holds. */
export interface Check {
  /** Flags that the check needs. `--webhook-url` also satisfies `--delivery`. */
  readonly needs: readonly ('--write' | '--exceed-limit' | '--webhook-url' | '--delivery')[];
  readonly run: (run: Run) => Promise<Finding> | Finding;
}

/** The checks for a part of the page, by the row's id. */
export type Checks = Readonly<Record<string, Check>>;

export const check = (needs: Check['needs'], run: Check['run']): Check => ({ needs, run });

const finding =
  (verdict: Finding['verdict']) =>
  (seen: string, ...shownBy: readonly Pick<Exchange, 'id'>[]): Finding => ({
    verdict,
    seen,
    ids: [...new Set(shownBy.flatMap(({ id }) => id ?? []))],
  });

export const holds = finding('holds');
export const fails = finding("doesn't hold");
export const unclear = finding("couldn't be told");

/** The finding for a response that the check can't use. */
export const unexpected = (exchange: Exchange): Finding =>
  unclear(`${exchange.request} was answered with ${exchange.status}.`, exchange);

/** A new user whose email address says what the user is for. */
export function newUser(): { name: string; email: string; password: string } {
  const id = crypto.randomUUID();
  return { name: 'SDK contract test', email: `sdk-contract-test+${id}@example.com`, password: `Contract-${id}` };
}

/** `1 item`, `2 items`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
