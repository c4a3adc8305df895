import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DocumentedServer, type DocumentedOptions } from './documented-server.ts';

/** A rate-limited API over HTTP, for clients in other processes. */
export class LimitedApi implements AsyncDisposable {
  readonly limit: DocumentedServer;
  /** Windows in which requests arrived. */
  windows = 0;
  readonly #server: Server;
  #windowEnd = -Infinity;

  private constructor(options: DocumentedOptions, latency: number) {
    this.limit = new DocumentedServer(options);
    this.#server = createServer((_request, response) => {
      setTimeout(() => {
        const { status, headers } = this.#answer();
        response.writeHead(status, { ...Object.fromEntries(headers), 'content-type': 'application/json' });
        response.end(status === 200 ? user : refusal);
      }, latency);
    });
  }

  /** Starts an API that takes `latency` milliseconds to receive a request. */
  static async start(options: DocumentedOptions, latency = 5): Promise<LimitedApi> {
    const api = new LimitedApi(options, latency);
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get url(): string {
    // A server that listens on a TCP port has such an address.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(): ReturnType<DocumentedServer['answer']> {
    const reply = this.limit.answer(Date.now());
    if (this.limit.end !== this.#windowEnd) {
      this.#windowEnd = this.limit.end;
      this.windows += 1;
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
