import { expect, it } from 'vitest';
import type { ClientOptions, FetchResponse, ListOptions, ListUnverifiedEvent } from '@example/sdk';
import type { Project, ProjectListParams } from '@example/sdk';
import { clientOf } from '../../support/http-server.ts';
import { errorResponse, inProcessApi, type SentRequest } from '../../support/in-process-api.ts';

export const project = (number: number): Project => ({
  id: `proj_${number}`,
  name: `Project ${number}`,
  description: '',
  created_at: '2024-01-01T00:00:00Z',
});
export const projects = (count: number) => Array.from({ length: count }, (_, index) => project(index + 1));
export const nameless = (count: number) => Array.from({ length: count }, (_, name) => ({ name }));

/** How a server treats `page` and `per_page`, and what it says about its list. Default: as the reference documents. */
export interface ListServerOptions {
  /** The list. If the test changes it, the next response shows the change. */
  items: unknown[];
  /** How many items a page has if this many are asked for; `undefined` to respond with `refusal`. */
  sizeOf?: (asked: number) => number | undefined;
  refusal?: number;
  /** How many items a page has if no size is asked for. */
  defaultSize?: number;
  /** The response past the end: a status, or the last page. */
  past?: number | 'last page';
  /** Overrides fields of `meta`; `null` to send none. */
  meta?: object | null;
  /** Which items of a page are shown. */
  isShown?: (item: never) => boolean;
  ignoresPage?: boolean;
  /** Called before the n-th response, counted from 1. If it returns a response, that is sent instead. */
  before?: (n: number, page: number, request: SentRequest) => unknown;
  client?: ClientOptions;
}

/** Serves any list as the API does, to a client without a rate limit or retries. */
export function serveList(options: ListServerOptions) {
  const { items, sizeOf = (asked: number) => asked, defaultSize, past, meta = {}, isShown = () => true } = options;
  const query = ({ url }: SentRequest) => new URL(url).searchParams;
  const numbers = (request: SentRequest) => ({
    page: Number(query(request).get('page') ?? 1),
    asked: Number(query(request).get('per_page') ?? defaultSize ?? 20),
  });
  const api = inProcessApi((request) => {
    const { page, asked } = numbers(request);
    const own = options.before?.(api.requests.length, page, request);
    if (own instanceof Response || own instanceof Promise) return own as FetchResponse;
    const size = query(request).has('per_page') ? sizeOf(asked) : (defaultSize ?? sizeOf(asked));
    if (size === undefined) return errorResponse(options.refusal ?? 400);
    const total_pages = Math.ceil(items.length / size);
    const last = Math.max(1, total_pages);
    if (page > last && typeof past === 'number') return errorResponse(past);
    const shown = options.ignoresPage ? 1 : past ? Math.min(page, last) : page;
    const data = items.slice((shown - 1) * size, shown * size).filter((item) => isShown(item as never));
    const honest = { current_page: page, total_pages, total_count: items.length };
    return Response.json({ data, ...(meta && { meta: { ...honest, ...meta } }) });
  });
  const client = clientOf(api, { rateLimit: false, maxRetries: 0, responseValidation: 'off', ...options.client });
  const events: ListUnverifiedEvent[] = [];
  const reasons: string[] = [];
  client.on('listUnverified', (event) => reasons.push((events.push(event), event.reason)));
  return {
    fetch: api.fetch,
    client,
    /** The reasons for which the client can't verify a list. */
    reasons,
    events,
    requests: api.requests,
    queries: () => api.requests.map((request) => query(request).toString()),
    pages: () => api.requests.map((request) => numbers(request).page),
    /** The requested ranges: the position of the first item, and the position after the last one. */
    ranges: () => api.requests.map(numbers).map(({ page, asked }) => `${(page - 1) * asked}-${page * asked}`),
  };
}

export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of iterable) all.push(each);
  return all;
}

/** How a list is read, and the outcome. */
export interface Row extends Omit<ListServerOptions, 'items'> {
  /** Default: 200 projects. */
  items?: unknown[];
  list?: ProjectListParams & ListOptions;
  /** Whether the list is awaited first. */
  awaited?: true;
  /** What an iteration yields, in any order if `before` is set. Default: all items. */
  yields?: unknown[];
  /** The status with which the iteration fails after these. Default: it doesn't fail. */
  throws?: number | undefined;
  /** The requests, or their number. */
  ranges?: string[];
  sent?: number;
  /** The reasons that the program is told. Default: none. */
  told?: ListUnverifiedEvent['reason'][];
}

const inOrder = (items: unknown[]) => items.map((item) => JSON.stringify(item)).sort();

/** A test for each row. */
export function itReads(title: string, rows: Record<string, Row>): void {
  it.each(Object.entries(rows))(title, async (_, row) => {
    const { list = {}, yields, throws, ranges, sent, told = [], awaited, ...server } = row;
    const items = server.items ?? projects(200);
    const { prefetch, ...params } = list;
    const { client, reasons, requests, ...api } = serveList({ ...server, items });
    const read = () => client.projects.list(params, { prefetch });
    const seen: unknown[] = [];
    const loop = async () => {
      for await (const item of awaited ? await read() : read()) seen.push(item);
    };
    const status = await loop().catch((error: unknown) => (error as { status: number }).status);
    const expected = yields ?? items;
    expect(server.before ? inOrder(seen) : seen).toEqual(server.before ? inOrder(expected) : expected);
    expect([status, reasons]).toEqual([throws, told]);
    if (ranges) expect(api.ranges()).toEqual(ranges);
    expect(requests.length).toBe(sent ?? requests.length);
    if (!awaited && !throws && !server.before) expect(await read().toArray()).toEqual(expected);
  });
}
