import type { ServerResponse } from 'node:http';
import type { Client, ClientOptions, Project } from '@example/sdk';
import { clientOf, fail, json, serve, type Received } from '../support/http-server.ts';

export function project(number: number): Project {
  return {
    id: `proj_${number}`,
    name: `Project ${number}`,
    description: '',
    created_at: '2024-01-01T00:00:00Z',
  };
}

export function projects(count: number): Project[] {
  return Array.from({ length: count }, (_, index) => project(index + 1));
}

export interface Answer {
  data: unknown[];
  meta?: unknown;
}

export interface ListServer {
  /** For `baseUrl`. */
  url: string;
  client: Client;
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
  /** Answers by itself, if it returns true. */
  intercept?: (page: number, response: ServerResponse, request: Received) => boolean;
  client?: ClientOptions;
}

/** `GET /projects` on a real socket, and a client for it that nothing holds back. */
export async function serveList(options: ListServerOptions): Promise<ListServer> {
  const { items, sizeOf = (asked) => asked, refusal = 400, lie, intercept } = options;
  const query = ({ url }: Received) => new URLSearchParams(url.split('?')[1]);
  const numbers = (request: Received) => ({
    page: Number(query(request).get('page') ?? 1),
    asked: Number(query(request).get('per_page') ?? 20),
  });
  const server = await serve((request, response) => {
    const { page, asked } = numbers(request);
    if (intercept?.(page, response, request)) return;
    const size = sizeOf(asked);
    if (size === undefined) {
      fail(response, refusal);
      return;
    }
    const data: unknown[] = items.slice((page - 1) * size, page * size);
    const meta = { current_page: page, total_pages: Math.ceil(items.length / size), total_count: items.length };
    const answer = { data, meta };
    json(response, 200, lie ? lie(answer, page) : answer);
  });
  return {
    url: server.url,
    client: clientOf(server, { rateLimit: false, maxRetries: 0, ...options.client }),
    queries: () => server.requests.map((request) => query(request).toString()),
    pages: () => server.requests.map((request) => numbers(request).page),
    windows: () => server.requests.map(numbers).map(({ page, asked }) => `${(page - 1) * asked}-${page * asked}`),
  };
}

export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of iterable) all.push(each);
  return all;
}
