import { createApp } from './app.ts';
import { BrokenConnection, breakFetch } from './broken-connection.ts';
import { Faults } from './faults.ts';
import { Idempotency } from './idempotency.ts';
import { resolveOptions, type SandboxOptions } from './options.ts';
import { RateWindows } from './rate-windows.ts';
import { type RecordedRequest, RequestLog } from './request-log.ts';
import { seedStore } from './seeding.ts';
import type { Services } from './services.ts';
import { Store } from './store.ts';
import { Tokens } from './tokens.ts';

/** Where the local API listens. */
export interface ListenOptions {
  /** TCP port; 0 for a free one. Default 0. */
  port?: number | undefined;
  /** Address to listen on. Default `127.0.0.1`: this machine alone. */
  host?: string | undefined;
}

/** The local API as a server. */
export interface SandboxServer {
  /** The base URL for a client: `http://127.0.0.1:4010/v1`. */
  readonly url: string;
  readonly port: number;
  /** Stops the server and ends its connections. */
  close(): Promise<void>;
}

/** The documented API on this machine, with state of its own. */
export interface Sandbox {
  /** Answers a request without a network; takes what the global `fetch` takes. Needs no `this`. */
  readonly fetch: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;
  /** Serves real HTTP. Given a number, on that port; given nothing, on a free one. Node only. */
  readonly listen: (where?: number | ListenOptions) => Promise<SandboxServer>;
  /** Stops every server that `listen` started. */
  readonly close: () => Promise<void>;
  /** A token that the API accepts. */
  readonly apiToken: string;
  /** The base URL for a client that uses `fetch` (which answers at any origin). */
  readonly baseUrl: string;
  /** Makes requests go wrong on demand. */
  readonly faults: Faults;
  /** The last 1000 requests that came in, oldest first, with nothing secret in them. */
  readonly requests: readonly RecordedRequest[];
}

/**
 * Makes the documented API run in this process: with state, authentication, rate limit and errors as the reference has
 * them, and no account.
 *
 * @example
 * const sandbox = createSandbox();
 * const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch });
 *
 * @throws TypeError for an option that makes no sense; the message names it.
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const resolved = resolveOptions(options);
  const { now, apiToken } = resolved;
  const store = new Store();
  const services: Services = {
    store,
    tokens: new Tokens(store, now),
    windows: new RateWindows(resolved.rateLimit),
    idempotency: new Idempotency(store, now),
    faults: new Faults(resolved.seed),
    latency: resolved.latency,
    log: new RequestLog(),
    now,
  };
  seedStore(store, resolved);
  // Hashing takes a moment that `createSandbox` must not: the first request waits for it.
  const ready = services.tokens.add('Default token', apiToken);
  const app = createApp(services);

  const answer = async (request: Request): Promise<Response> => {
    await ready;
    return app.fetch(request);
  };
  const servers = new Set<SandboxServer>();

  return {
    apiToken,
    faults: services.faults,
    baseUrl: 'https://api.example.com/v1',
    get requests() {
      return services.log.entries;
    },
    fetch: async (input, init) => {
      const request = init === undefined && input instanceof Request ? input : new Request(input, init);
      request.signal.throwIfAborted();
      return untilAborted(answer(request).catch(actOut), request.signal);
    },
    listen: async (where = {}) => {
      const { port = 0, host = '127.0.0.1' } = typeof where === 'number' ? { port: where } : where;
      // Node's part is loaded when it is needed, so that the rest runs in a browser page.
      const { serve } = await import('./server.ts');
      const server = await serve(answer, port, host);
      servers.add(server);
      return server;
    },
    close: async () => {
      await Promise.all([...servers].map((server) => server.close()));
      servers.clear();
    },
  };
}

function actOut(error: unknown): Promise<Response> {
  if (error instanceof BrokenConnection) return breakFetch(error);
  throw error;
}

/** Rejects with the signal's reason as soon as it aborts, as `fetch` does. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
