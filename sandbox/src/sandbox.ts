import { createApp } from './app.ts';
import { Faults } from './faults/armed-faults.ts';
import { isLoopbackHost, registrationRefusal } from './http/access.ts';
import { failAsFetch } from './http/broken-connection.ts';
import {
  type ListenOptions,
  type ResolvedListenOptions,
  resolveListenOptions,
  resolveOptions,
  type SandboxOptions,
} from './options.ts';
import { RateWindows } from './state/rate-windows.ts';
import type { RecordedRequest } from './state/recorded-request.ts';
import { RequestLog } from './state/request-log.ts';
import { type SandboxState, sandboxState } from './state/sandbox-state.ts';
import { seedStore } from './state/records.ts';
import type { Services } from './state/services.ts';
import { TokenState } from './state/tokens.ts';
import type { Journal } from './storage/collection.ts';
import { Store } from './storage/store.ts';
import { untilAborted } from './utils/abort.ts';
import { Clock } from './utils/clock.ts';
import { Listeners } from './utils/listeners.ts';
import { seededRandom } from './utils/random.ts';
import { Deliverer } from './webhooks/deliverer.ts';
import { SandboxWebhooks } from './webhooks/webhooks.ts';

/** A running HTTP server. */
export interface SandboxServer {
  /** Base URL for a client, such as `http://127.0.0.1:4010/v1`. */
  readonly url: string;
  /** TCP port. */
  readonly port: number;
  /** Stops the server and closes its connections. */
  close(): Promise<void>;
}

declare global {
  /** As TypeScript's library declares it. Without one that knows `await using`, it is empty. */
  // oxlint-disable-next-line typescript/no-empty-object-type
  interface AsyncDisposable {}
}

/** A local copy of the documented API, with its own state. */
export interface Sandbox extends AsyncDisposable {
  /** Responds to a request without a network. Takes the same arguments as the global `fetch`, and needs no `this`. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Serves HTTP, by default on a free port. Takes a port number or an address. Needs Node.js. */
  readonly listen: (where?: number | ListenOptions) => Promise<SandboxServer>;
  /** Stops all servers and webhook deliveries. */
  readonly close: () => Promise<void>;
  /** An API token that the sandbox accepts. */
  readonly apiToken: string;
  /** Base URL for requests to `fetch`, which responds on any origin. */
  readonly baseUrl: string;
  /** Makes requests fail on demand. */
  readonly faults: Faults;
  /** Reads and changes users, projects and tokens. */
  readonly state: SandboxState;
  /** Registers webhooks and shows their deliveries. */
  readonly webhooks: SandboxWebhooks;
  /** The sandbox's clock, which rate limits, timestamps and deliveries follow. */
  readonly clock: Clock;
  /** Restores the initial data, tokens, budgets, faults, requests, webhooks and clock. */
  readonly reset: () => Promise<void>;
  /** The last 10 000 requests and their responses, oldest first, with secrets redacted. */
  readonly requests: readonly RecordedRequest[];
}

/** A sandbox, and what the command line needs besides. */
export interface AssembledSandbox extends Sandbox {
  /** Calls `listener` with each request once it has ended. */
  readonly onRequest: (listener: (request: RecordedRequest) => void) => void;
}

/** Serves requests over HTTP. */
export type Listen = (
  answer: (request: Request) => Promise<Response>,
  where: ResolvedListenOptions,
) => Promise<SandboxServer>;

/** What a sandbox needs from its platform. */
export interface Platform {
  readonly listen: Listen;
  /** Persists the state. Without it, the state is lost when the process ends. */
  readonly journal?: Journal | undefined;
}

/** @throws {TypeError} when an option is invalid; the message names the option. */
export function assembleSandbox(options: SandboxOptions, { listen, journal }: Platform): AssembledSandbox {
  const { apiToken, rateLimit, seed, latency, webhooks: delivery, now, ...seeds } = resolveOptions(options);
  const clock = new Clock(now);
  const changes = new Listeners();
  clock.advanced.subscribe(changes.emit);
  const store = new Store(journal, changes.emit);
  const deliverer = new Deliverer(store, clock, seededRandom(seed), delivery);
  const services: Services = {
    store,
    clock,
    tokens: new TokenState(store, clock),
    windows: new RateWindows(rateLimit),
    faults: new Faults(seed, changes.emit),
    log: new RequestLog(changes.emit),
    changes,
    webhooks: new SandboxWebhooks(store, clock, deliverer),
    latency,
    apiToken,
    startedAt: clock.now(),
    reset: () => {
      const { windows, faults, log } = services;
      for (const part of [store, windows, log, faults]) part.clear();
      clock.reset();
      begin();
    },
  };

  const begin = () => {
    seedStore(store, seeds, seed, clock.now());
    store.once('webhooks', () => {
      for (const endpoint of delivery.endpoints) services.webhooks.register(endpoint);
    });
    deliverer.resume();
    services.tokens.addDefault(apiToken);
  };
  begin();

  const app = createApp(services);
  const answer = async (request: Request): Promise<Response> => app.fetch(request);
  const servers = new Set<SandboxServer>();

  return {
    apiToken,
    faults: services.faults,
    baseUrl: 'https://api.example.com/v1',
    state: sandboxState(services),
    webhooks: services.webhooks,
    clock,
    reset: () =>
      new Promise((resolve) => {
        services.reset();
        resolve();
      }),
    onRequest: (listener) => void services.log.ended.subscribe(listener),
    get requests() {
      return services.log.entries;
    },
    fetch: async (input, init) => {
      const request = init === undefined && input instanceof Request ? input : new Request(input, init);
      request.signal.throwIfAborted();
      const response = await untilAborted(request.signal, answer(request).catch(failAsFetch));
      const [url = ''] = request.url.split('#', 1); // Without the fragment.
      // msw and others that answer requests with it set the URL themselves.
      return Object.defineProperty(response, 'url', { value: url, configurable: true });
    },
    listen: async (where = {}) => {
      const options = resolveListenOptions(where);
      const guarded = async (request: Request) => registrationRefusal(request, apiToken)?.response ?? answer(request);
      const server = await listen(isLoopbackHost(options.host) ? answer : guarded, options);
      servers.add(server);
      return server;
    },
    close,
    [Symbol.asyncDispose]: close,
  };

  async function close(): Promise<void> {
    await Promise.all([deliverer.close(), ...[...servers].map((server) => server.close())]);
    servers.clear();
    store.close();
  }
}
