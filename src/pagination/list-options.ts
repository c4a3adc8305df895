import type { StandardSchemaV1 } from '@standard-schema/spec';
import { requestOptionNames, type EndpointOptions, type RequestOptions } from '../http/options.ts';
import { checkParameters, plainObject, readOptions, wholeNumber, type KeysOf } from '../utils/arguments.ts';
import { headerList, type HeadersInput } from '../utils/headers.ts';

/** Options of one list. They apply to each of its requests. */
export interface ListOptions extends RequestOptions {
  /** Pages to request ahead of the one you are reading. Default: 0; 4 for `toArray()`. */
  prefetch?: number | undefined;
  /** Continues the same list after the page or error that has this `cursor`, and ignores `page`. Default: none. */
  cursor?: string | undefined;
}

/**
 * Options of `client.list`: the options of every list, the parameters and the schema.
 *
 * @typeParam Item An item of the list.
 */
export interface ListEndpointOptions<Item = unknown> extends ListOptions, Pick<EndpointOptions, 'params'> {
  /** Query parameters, such as filters, `page` and `per_page`. */
  query?: (EndpointOptions['query'] & PageParams) | undefined;
  /**
   * Schema of one item, from any library that follows Standard Schema. The items are the schema's output. A page with
   * an item that differs rejects with a `ResponseValidationError`, unless you set `responseValidation`. Keep each
   * item's `id`, by which items are recognized. Default: none; items are returned as they are.
   */
  schema?: StandardSchemaV1<unknown, Item> | undefined;
}

/** The parameters that every list has. */
export interface PageParams {
  /** Page number, from 1. Default: 1. */
  page?: number | undefined;
  /** Items per page; in an iteration, at most. Default: 20; 100 for an iteration from page 1. */
  per_page?: number | undefined;
}

/** Items per page without `per_page`, as the API documents. */
export const defaultSize = 20;

/** Items per page of an iteration from page 1 without `per_page`. */
export const maxPageSize = 100;

export const listOptionNames = [...requestOptionNames, 'prefetch', 'cursor'] as const;
listOptionNames satisfies KeysOf<ListOptions, typeof listOptionNames>;

const listEndpointOptionNames = [...listOptionNames, 'params', 'query', 'schema'] as const;

/**
 * @param parameters The query parameters.
 * @param isGeneric True for `client.list`, whose options include the parameters.
 * @throws {InvalidRequestError} when a parameter or an option is invalid, or an option is unknown.
 */
export function readListOptions(
  given: ListEndpointOptions | undefined,
  parameters: PageParams = {},
  isGeneric = false,
): ListOptions {
  if (isGeneric) plainObject('query', parameters);
  else checkParameters(parameters, listOptionNames);
  const names = isGeneric ? listEndpointOptionNames : listOptionNames;
  const { params, query, schema, ...options } = readOptions('options', given, names);
  const { prefetch, headers } = options;
  for (const name of ['page', 'per_page'] as const)
    if (parameters[name] !== undefined) wholeNumber(name, parameters[name], 1, name);
  if (prefetch !== undefined) wholeNumber('prefetch', prefetch, 0);
  if (params !== undefined) plainObject('params', params);
  // The cast is safe: each request checks the entries.
  return { ...options, headers: headers && ([...headerList('headers', headers)] as HeadersInput) };
}
