import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DocumentedOptions } from '../model/documented-server.ts';
import { documented } from './simulation.ts';

/** A rate-limited API over HTTP, for clients in other processes. */
export class LimitedApi implements AsyncDisposable {
  admitted = 0;
  refused = 0;
  readonly #server: Server;

  private constructor(options: DocumentedOptions) {
    const start = Date.now();
    const server = documented(options, start);
    this.#server = createServer((_request, response) => {
      setTimeout(() => {
        const { status, headers } = server.receive({ path: '', token: '' }, Date.now() - start);
        const isAdmitted = status === 200;
        if (isAdmitted) this.admitted += 1;
        else this.refused += 1;
        response.writeHead(isAdmitted ? 200 : 429, { ...headers, 'content-type': 'application/json' });
        response.end(isAdmitted ? user : refusal);
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
