import { untilAborted } from './abort.ts';
import { createApp } from './app.ts';
import { BrokenConnection, breakFetch } from './broken-connection.ts';
import type { Journal } from './collection.ts';
import { Clock } from './clock.ts';
import { Faults } from './faults.ts';
import { Idempotency } from './idempotency.ts';
import { resolveOptions, type SandboxOptions } from './options.ts';
import { RateWindows } from './rate-windows.ts';
import { type RecordedRequest, RequestLog } from './request-log.ts';
import { seededRandom } from './random.ts';
import { SandboxState } from './state.ts';
import { seedStore } from './seeding.ts';
import type { Services } from './services.ts';
import { Store } from './store.ts';
import { Tokens } from './tokens.ts';
import { Deliverer } from './webhooks/deliverer.ts';
import { SandboxWebhooks } from './webhooks/webhooks.ts';

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
  /** The TCP port. */
  readonly port: number;
  /** Stops the server and ends its connections. */
  close(): Promise<void>;
}

/** The documented API on this machine, with state of its own. */
export interface Sandbox {
  /** Answers a request without a network; takes what the global `fetch` takes. Needs no `this`. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Serves real HTTP. Given a number, on that port; given nothing, on a free one. Node only. */
  readonly listen: (where?: number | ListenOptions) => Promise<SandboxServer>;
  /** Stops every server that `listen` started, and sends no more webhooks. */
  readonly close: () => Promise<void>;
  /** A token that the API accepts. */
  readonly apiToken: string;
  /** The base URL for a client that uses `fetch` (which answers at any origin). */
  readonly baseUrl: string;
  /** Makes requests go wrong on demand. */
  readonly faults: Faults;
  /** Users, projects and tokens, to read and change. */
  readonly state: SandboxState;
  /** Registered webhooks, and what was sent to them. */
  readonly webhooks: SandboxWebhooks;
  /** The clock that everything here goes by. */
  readonly clock: Clock;
  /** Back to how everything began: data, tokens, budgets, faults, requests, webhooks and clock. */
  readonly reset: () => Promise<void>;
  /** The last 1000 requests that came in, oldest first, with nothing secret in them. */
  readonly requests: readonly RecordedRequest[];
}

/** Serves requests over HTTP. */
export type Listen = (
  answer: (request: Request) => Promise<Response>,
  port: number,
  host: string,
) => Promise<SandboxServer>;

/** What a sandbox needs of the platform that it runs on. */
export interface Platform {
  readonly listen: Listen;
  /** Where the state is kept and taken from. Without it, the state ends with the process. */
  readonly journal?: Journal | undefined;
}

/** @throws TypeError for an option that makes no sense; the message names it. */
export function assembleSandbox(options: SandboxOptions, { listen, journal }: Platform): Sandbox {
  const { apiToken, rateLimit, seed, latency, endpoints, delivery, ...seeding } = resolveOptions(options);
  const clock = new Clock(seeding.now);
  const store = new Store(journal);
  const deliverer = new Deliverer(store, clock, seededRandom(seed), delivery);
  const services: Services = {
    store,
    clock,
    tokens: new Tokens(store, clock),
    windows: new RateWindows(rateLimit),
    idempotency: new Idempotency(store, clock),
    faults: new Faults(seed),
    log: new RequestLog(),
    webhooks: new SandboxWebhooks(store, clock, deliverer),
    latency,
    reset: async () => {
      for (const part of [store, services.tokens, services.windows, services.faults, services.log]) part.clear();
      clock.reset();
      await (ready = begin());
    },
  };

  const begin = () => {
    seedStore(store, { ...seeding, seed }, clock.now());
    store.once('webhooks', () => {
      for (const endpoint of endpoints) services.webhooks.register(endpoint);
    });
    deliverer.resume();
    // Hashing takes a moment that `createSandbox` must not: the first request waits for it.
    return services.tokens.add('Default token', apiToken);
  };
  let ready = begin();

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
    state: new SandboxState(services),
    webhooks: services.webhooks,
    clock,
    reset: services.reset,
    get requests() {
      return services.log.entries;
    },
    fetch: async (input, init) => {
      const request = init === undefined && input instanceof Request ? input : new Request(input, init);
      request.signal.throwIfAborted();
      return untilAborted(request.signal, answer(request).catch(actOut));
    },
    listen: async (where = {}) => {
      const { port = 0, host = '127.0.0.1' } = typeof where === 'number' ? { port: where } : where;
      const server = await listen(answer, port, host);
      servers.add(server);
      return server;
    },
    close: async () => {
      await Promise.all([deliverer.close(), ...[...servers].map((server) => server.close())]);
      servers.clear();
      // A store that is closed takes no token.
      await ready;
      store.close();
    },
  };
}

function actOut(error: unknown): Promise<Response> {
  if (error instanceof BrokenConnection) return breakFetch(error);
  throw error;
}
