import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DocumentedServer, type DocumentedOptions } from './documented-server.ts';

/** A rate-limited API over HTTP, for clients in other processes. */
export class LimitedApi implements AsyncDisposable {
  readonly limit: DocumentedServer;
  readonly #server: Server;

  private constructor(options: DocumentedOptions) {
    this.limit = new DocumentedServer(options);
    this.#server = createServer((_request, response) => {
      setTimeout(() => {
        const { status, headers } = this.limit.answer(Date.now());
        response.writeHead(status, { ...Object.fromEntries(headers), 'content-type': 'application/json' });
        response.end(status === 200 ? user : refusal);
      }, 5);
    });
  }

  /** Starts an API that takes 5 ms to receive a request. */
  static async start(options: DocumentedOptions): Promise<LimitedApi> {
    const api = new LimitedApi(options);
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
}

const user = JSON.stringify({
  id: 'user_123',
  name: 'John Doe',
  email: 'john@example.com',
  created_at: '2024-01-01T00:00:00Z',
});
const refusal = JSON.stringify({ error: { code: 'rate_limit_exceeded', message: 'Too many requests.' } });
