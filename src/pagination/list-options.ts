import { requestOptionNames, type RequestOptions } from '../http/request-options.ts';
import { abortSignal, wholeNumber } from '../utils/arguments.ts';
import { readOptions, record } from '../utils/options.ts';

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

/** @throws {InvalidRequestError} when an option is unknown, or the signal is none. */
export function readListOptions(given: ListOptions | undefined): ListOptions {
  const { signal, ...options } = readOptions('options', given, [...requestOptionNames, 'prefetch']);
  return signal === undefined ? options : { ...options, signal: abortSignal('signal', signal) };
}

/** @throws {InvalidRequestError} when the parameters are no object, or a number is none that a list can have. */
export function checkList(query: PageParams = {}, { prefetch = 0 }: ListOptions): void {
  const { page = 1, per_page = 1 } = record('The parameters', query);
  wholeNumber('page', page, 1);
  wholeNumber('per_page', per_page, 1);
  wholeNumber('prefetch', prefetch, 0);
}
