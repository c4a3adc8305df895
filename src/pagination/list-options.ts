import { InvalidRequestError } from '../errors.ts';
import type { RequestOptions } from '../http/request.ts';

/** Options of one list; they hold for each of its page requests. */
export interface ListOptions extends RequestOptions {
  /**
   * How many pages to request ahead of the one you are at, in parallel. Default: 0, so that no page is requested before
   * you need it; for `toArray()`, which needs them all, 4.
   */
  prefetch?: number | undefined;
}

/** The parameters that every list has. */
export interface PageParams {
  /** Page number, from 1. Default 1. */
  page?: number | undefined;
  /** Items per page. Default 20. */
  per_page?: number | undefined;
}

/** Refuses an option that is not an integer of at least `least`; one that isn't given is fine. */
export function checkInteger(name: string, value: unknown, least: 0 | 1): void {
  if (value === undefined || (Number.isSafeInteger(value) && Number(value) >= least)) return;
  const received = typeof value === 'number' ? value : typeof value;
  throw new InvalidRequestError(`${name} must be ${least === 0 ? 'zero or ' : ''}a positive integer, not ${received}`);
}
