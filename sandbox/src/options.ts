import type { RateLimit } from './state/rate-windows.ts';
import type { ProjectSeed, UserSeed } from './state/seeding.ts';
import type { DelivererOptions } from './webhooks/deliverer.ts';
import { defaultSchedule } from './webhooks/retry-schedule.ts';
import type { EndpointParams } from './webhooks/webhooks.ts';

/** How webhooks are delivered. */
export interface WebhookOptions {
  /** Webhooks to register at the start. Default: none. */
  endpoints?: readonly EndpointParams[] | undefined;
  /**
   * Delays between attempts, in milliseconds. A delivery fails when its last attempt fails. Default: nine delays, from
   * 5 s to 10 h.
   */
  schedule?: readonly number[] | undefined;
  /** Random variation of each delay, as a fraction from 0 to 1. Default: 0.1. */
  jitter?: number | undefined;
  /** Time limit for one attempt, in milliseconds. Default: 15 000. */
  timeout?: number | undefined;
  /** Sends the deliveries. Default: the global `fetch`. Pass your app's handler to deliver without a network. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}

/** Options of {@link createSandbox}. */
export interface SandboxOptions {
  /**
   * The API token to accept. Default: a random one, so that clients of two sandboxes in one process don't share a
   * budget.
   */
  apiToken?: string | undefined;
  /** Requests that each token may make in a window. Default: 100 in 60 000 ms, as documented. */
  rateLimit?:
    | {
        /** Requests per window. */
        limit?: number | undefined;
        /** Length of a window, in milliseconds. */
        window?: number | undefined;
      }
    | undefined;
  /** Projects to create at the start: a number of sample projects, or a list. Default: 100. */
  projects?: number | readonly ProjectSeed[] | undefined;
  /** Users to create at the start: a number of sample users, or a list. Default: none. */
  users?: number | readonly UserSeed[] | undefined;
  /** Returns the time, in epoch milliseconds. Default: `Date.now`. */
  now?: (() => number) | undefined;
  /** Delay before each response, in milliseconds. Default: 0. */
  latency?: number | undefined;
  /** Where and how to send webhook events. */
  webhooks?: WebhookOptions | undefined;
  /** Seed for the sample data and for faults with a `share`. The same seed gives the same results. Default: 1. */
  seed?: number | undefined;
}

/** The options with every default filled in. */
export interface ResolvedOptions {
  readonly apiToken: string;
  readonly rateLimit: RateLimit;
  readonly projects: readonly ProjectSeed[];
  readonly users: readonly UserSeed[];
  readonly now: () => number;
  readonly latency: number;
  readonly endpoints: readonly EndpointParams[];
  readonly delivery: DelivererOptions;
  readonly seed: number;
}

/** @throws {TypeError} when an option is invalid; the message names the option and says what is expected. */
export function resolveOptions(options: SandboxOptions): ResolvedOptions {
  const apiToken = options.apiToken ?? `sandbox_${crypto.randomUUID().replaceAll('-', '')}`;
  if (!/^[\w.~+/-]+=*$/.test(apiToken)) {
    throw new TypeError('`apiToken` must consist of letters, digits and the characters -._~+/, as bearer tokens do.');
  }
  return {
    apiToken,
    rateLimit: {
      limit: count('rateLimit.limit', options.rateLimit?.limit ?? 100, 1),
      window: count('rateLimit.window', options.rateLimit?.window ?? 60_000, 1),
    },
    projects: seeds('projects', options.projects ?? 100),
    users: seeds('users', options.users ?? 0),
    now: options.now ?? Date.now,
    endpoints: options.webhooks?.endpoints ?? [],
    delivery: delivery(options.webhooks ?? {}),
    latency: count('latency', options.latency ?? 0, 0),
    seed: count('seed', options.seed ?? 1, 0),
  };
}

function delivery({ schedule, jitter = defaultSchedule.jitter, timeout, fetch }: WebhookOptions): DelivererOptions {
  if (!(jitter >= 0 && jitter <= 1)) throw new TypeError(`\`webhooks.jitter\` must be from 0 to 1, not ${jitter}.`);
  const delays = schedule?.map((delay) => count('webhooks.schedule', delay, 0)) ?? defaultSchedule.delays;
  return {
    schedule: { delays, jitter },
    timeout: count('webhooks.timeout', timeout ?? 15_000, 1),
    fetch: fetch ?? ((url, init) => globalThis.fetch(url, init)),
  };
}

function count(name: string, value: number, min: number): number {
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new TypeError(`\`${name}\` must be a whole number of at least ${min}, not ${value}.`);
}

function seeds<Seed extends object>(name: string, value: number | readonly Seed[]): readonly (Seed | object)[] {
  return typeof value === 'number' ? Array.from({ length: count(name, value, 0) }, () => ({})) : value;
}
