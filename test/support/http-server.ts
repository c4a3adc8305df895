import type { RequestListener, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { Client, type ClientOptions, type Fetch } from '@example/sdk';
import { openServer } from './free-port.ts';

/** Starts a server on a free port of the loopback interface. It ends with the test. */
export async function startServer(listener: RequestListener) {
  const { close, ...opened } = await openServer(listener);
  onTestFinished(close);
  return opened;
}

/** Serves a page, and a script at `/page.js`, until the test ends. Returns the page's URL. */
export async function servePage(html: string, script: string): Promise<string> {
  const { url } = await startServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html').end(isScript ? script : html);
  });
  return `${url}/`;
}

export const user = { id: 'user_123', name: 'John Doe', email: 'john@example.com', created_at: '2024-01-01T00:00:00Z' };

export const newUser = { name: 'John Doe', email: 'john@example.com', password: 'correct-horse "battery"' };

/** Responds with JSON. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export const apiToken = 'token-that-nobody-may-see';

/** A client of a test server. Its log lines don't appear in the test's output. */
export function clientOf({ url, fetch }: { url: string; fetch?: Fetch }, options: ClientOptions = {}): Client {
  return new Client({ apiToken, baseUrl: url, fetch, logLevel: 'off', ...options });
}

/** What a call rejects with. */
export async function rejection(call: PromiseLike<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('The call succeeded, but should have failed.');
}

/** A function that throws. */
export const throwing = (error: unknown) => (): never => {
  throw error;
};

/** What JavaScript knows about a function: that it can be called. */
export type Untyped = (...args: unknown[]) => PromiseLike<unknown> & Iterable<unknown>;
