import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LimitedServer, type ServerOptions } from './servers.ts';

/** What the API has answered to one process. */
export interface Tally {
  granted: number;
  refused: number;
  /** Requests granted in each window that the process was seen in, the oldest first. */
  readonly windows: number[];
}

/** A rate-limited API over HTTP, for clients in other processes. Each names itself in the header `x-process`. */
export class LimitedApi implements AsyncDisposable {
  readonly limit: LimitedServer;
  readonly tallies = new Map<string, Tally>();
  readonly #server: Server;
  #windowEnd = -Infinity;

  private constructor(options: ServerOptions, latency: number) {
    this.limit = new LimitedServer(options);
    this.#server = createServer((request, response) => {
      setTimeout(() => {
        const name = String(request.headers['x-process']);
        const { status, headers } = this.#answer(name);
        response.writeHead(status, { ...Object.fromEntries(headers), 'content-type': 'application/json' });
        response.end(status === 200 ? user : refusal);
      }, latency);
    });
  }

  /** Starts an API that takes `latency` milliseconds to receive a request. */
  static async start(options: ServerOptions, latency = 5): Promise<LimitedApi> {
    const api = new LimitedApi(options, latency);
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get url(): string {
    // A server that listens on a TCP port has such an address.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Uses up requests, as a client would that does not share. */
  use(count: number): void {
    for (let index = 0; index < count; index += 1) this.#answer('someone else');
  }

  tally(name: string): Tally {
    let tally = this.tallies.get(name);
    if (tally === undefined) this.tallies.set(name, (tally = { granted: 0, refused: 0, windows: [] }));
    return tally;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(name: string): ReturnType<LimitedServer['answer']> {
    const reply = this.limit.answer(Date.now());
    const tally = this.tally(name);
    if (this.limit.windowEnd !== this.#windowEnd) {
      this.#windowEnd = this.limit.windowEnd;
      for (const { windows } of this.tallies.values()) windows.push(0);
    }
    if (tally.windows.length === 0) tally.windows.push(0);
    if (reply.status === 429) tally.refused += 1;
    else {
      tally.granted += 1;
      tally.windows[tally.windows.length - 1]! += 1;
    }
    return reply;
  }
}

const user = JSON.stringify({
  id: 'user_123',
  name: 'John Doe',
  email: 'john@example.com',
  created_at: '2024-01-01T00:00:00Z',
});
const refusal = JSON.stringify({ error: { code: 'rate_limit_exceeded', message: 'Too many requests.' } });
