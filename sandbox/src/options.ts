import type { RateLimit } from './rate-windows.ts';
import { DEFAULT_SCHEDULE } from './webhooks/retry-schedule.ts';
import type { DelivererOptions } from './webhooks/deliverer.ts';
import type { EndpointParams } from './webhooks/webhooks.ts';

/** A project to begin with. What is left out is made up. */
export interface ProjectSeed {
  /** Unique identifier, such as `proj_123`. */
  id?: string | undefined;
  /** Name. */
  name?: string | undefined;
  /** What the project is about. */
  description?: string | undefined;
  /** Such as `active`, `paused` or `archived`. Default `active`. */
  status?: string | undefined;
  /** ISO 8601. */
  created_at?: string | undefined;
}

/** A user to begin with. What is left out is made up. */
export interface UserSeed {
  /** Unique identifier, such as `user_123`. */
  id?: string | undefined;
  /** Full name. */
  name?: string | undefined;
  /** Email address, unique in the account. */
  email?: string | undefined;
  /** ISO 8601. */
  created_at?: string | undefined;
}

/** How webhooks are delivered. */
export interface WebhookOptions {
  /** Webhooks to begin with. Default none. */
  endpoints?: readonly EndpointParams[] | undefined;
  /** Milliseconds to wait after each failed attempt; after the last one the delivery has failed. Default 5 s to 10 h, nine times. */
  schedule?: readonly number[] | undefined;
  /** By which share a wait is made longer or shorter, 0 to 1. Default 0.1. */
  jitter?: number | undefined;
  /** Milliseconds for one attempt. Default 15 000. */
  timeout?: number | undefined;
  /** What sends. Default the global `fetch`; give your app's own to deliver without a network. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}

/** How the local API is set up. */
export interface SandboxOptions {
  /**
   * The token it accepts. Default: one of its own, so that clients of two local APIs in a process don't share a budget.
   */
  apiToken?: string | undefined;
  /** Requests that a token may make in a window of `window` milliseconds. Default 100 in 60 000, as documented. */
  rateLimit?:
    | {
        /** Requests. */
        limit?: number | undefined;
        /** Milliseconds. */
        window?: number | undefined;
      }
    | undefined;
  /** Projects to begin with: how many (made up, the same for the same `seed`), or which. Default 100. */
  projects?: number | readonly ProjectSeed[] | undefined;
  /** Users to begin with: how many, or which. Default none, so that the first one created is `user_123`. */
  users?: number | readonly UserSeed[] | undefined;
  /** The clock: epoch milliseconds. Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Milliseconds that every answer is held back. Default 0. */
  latency?: number | undefined;
  /** Where events are sent, and how. */
  webhooks?: WebhookOptions | undefined;
  /** Makes what is made up different, and reproducible. Default 1. */
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

/** @throws TypeError that names the option and says what is expected. */
export function resolveOptions(options: SandboxOptions): ResolvedOptions {
  const apiToken = options.apiToken ?? `sandbox_${crypto.randomUUID().replaceAll('-', '')}`;
  if (!/^[\w.~+/-]+=*$/.test(apiToken)) {
    throw new TypeError('`apiToken` must be made of letters, digits and -._~+/ alone, as bearer tokens are.');
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

function delivery({ schedule, jitter = DEFAULT_SCHEDULE.jitter, timeout, fetch }: WebhookOptions): DelivererOptions {
  if (!(jitter >= 0 && jitter <= 1)) throw new TypeError(`\`webhooks.jitter\` must be from 0 to 1, not ${jitter}.`);
  const delays = schedule?.map((delay) => count('webhooks.schedule', delay, 0)) ?? DEFAULT_SCHEDULE.delays;
  return {
    schedule: { delays, jitter },
    timeout: count('webhooks.timeout', timeout ?? 15_000, 1),
    fetch: fetch ?? ((url, init) => globalThis.fetch(url, init)),
  };
}

function count(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new TypeError(`\`${name}\` must be a whole number of at least ${least}, not ${value}.`);
}

function seeds<Seed extends object>(name: string, value: number | readonly Seed[]): readonly (Seed | object)[] {
  return typeof value === 'number' ? Array.from({ length: count(name, value, 0) }, () => ({})) : value;
}
