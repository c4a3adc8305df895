import type { Client, ClientOptions, Fetch, FetchResponse, ListUnverifiedEvent, Project } from '@example/sdk';
import { clientOf } from '../../support/http-server.ts';
import { errorResponse, inProcessApi, type SentRequest } from '../../support/in-process-api.ts';

export function project(number: number): Project {
  return { id: `proj_${number}`, name: `Project ${number}`, description: '', created_at: '2024-01-01T00:00:00Z' };
}

export function projects(count: number): Project[] {
  return Array.from({ length: count }, (_, index) => project(index + 1));
}

export interface Answer {
  data: unknown[];
  meta?: unknown;
}

export interface ListServer {
  fetch: Fetch;
  client: Client;
  /** What the client says of lists that it can't verify. */
  events: ListUnverifiedEvent[];
  requests: readonly SentRequest[];
  /** Query strings, in the order they arrived. */
  queries: () => string[];
  /** Page numbers, in the order they arrived; 1 where none was given. */
  pages: () => number[];
  /** What was asked for, as `start-end`: the positions of the first item and after the last. */
  windows: () => string[];
}

export interface ListServerOptions {
  /** The list; what the test does to it shows from the next answer on. */
  items: unknown[];
  /** How many items the server gives where so many are asked for; `undefined` if it refuses that. Default: as many. */
  sizeOf?: (asked: number) => number | undefined;
  /** The status that it refuses a size with. */
  refusal?: number;
  /** Says something else than the honest page. */
  lie?: (answer: Answer & { meta: Record<string, unknown> }, page: number) => Answer;
  /** Called before each answer. What it returns is the answer instead. */
  intercept?: (page: number, request: SentRequest) => FetchResponse | Promise<FetchResponse> | undefined;
  client?: ClientOptions;
}

/** Answers for any list as the API does, and a client that nothing holds back. */
export function serveList(options: ListServerOptions): ListServer {
  const { items, sizeOf = (asked) => asked, refusal = 400, lie, intercept } = options;
  const query = ({ url }: SentRequest) => new URL(url).searchParams;
  const numbers = (request: SentRequest) => ({
    page: Number(query(request).get('page') ?? 1),
    asked: Number(query(request).get('per_page') ?? 20),
  });
  const api = inProcessApi((request) => {
    const { page, asked } = numbers(request);
    if (page < 1) return errorResponse(500);
    const own = intercept?.(page, request);
    if (own) return own;
    const size = sizeOf(asked);
    if (size === undefined) return errorResponse(refusal);
    const data: unknown[] = items.slice((page - 1) * size, page * size);
    const meta = { current_page: page, total_pages: Math.ceil(items.length / size), total_count: items.length };
    return Response.json(lie ? lie({ data, meta }, page) : { data, meta });
  });
  const client = clientOf(api, { rateLimit: false, maxRetries: 0, ...options.client });
  const events: ListUnverifiedEvent[] = [];
  client.on('listUnverified', (event) => events.push(event));
  return {
    fetch: api.fetch,
    client,
    events,
    requests: api.requests,
    queries: () => api.requests.map((request) => query(request).toString()),
    pages: () => api.requests.map((request) => numbers(request).page),
    windows: () => api.requests.map(numbers).map(({ page, asked }) => `${(page - 1) * asked}-${page * asked}`),
  };
}

export function remove(items: { id: string }[], id: string): void {
  const index = items.findIndex((item) => item.id === id);
  items.splice(index, 1);
}

export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of iterable) all.push(each);
  return all;
}
