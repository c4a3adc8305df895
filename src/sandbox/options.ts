import type { RateLimit } from './rate-windows.ts';

/** A project to begin with. What is left out is made up. */
export interface ProjectSeed {
  id?: string | undefined;
  name?: string | undefined;
  description?: string | undefined;
  /** Such as `active`, `paused` or `archived`. Default `active`. */
  status?: string | undefined;
  /** ISO 8601. */
  created_at?: string | undefined;
}

/** A user to begin with. What is left out is made up. */
export interface UserSeed {
  id?: string | undefined;
  name?: string | undefined;
  email?: string | undefined;
  /** ISO 8601. */
  created_at?: string | undefined;
}

/** How the local API is set up. */
export interface SandboxOptions {
  /** The token it accepts. Default `sandbox_token`. */
  apiToken?: string | undefined;
  /** Requests that a token may make in a window of `window` milliseconds. Default 100 in 60 000, as documented. */
  rateLimit?: { limit?: number | undefined; window?: number | undefined } | undefined;
  /** Projects to begin with: how many (made up, the same for the same `seed`), or which. Default 100. */
  projects?: number | readonly ProjectSeed[] | undefined;
  /** Users to begin with: how many, or which. Default none, so that the first one created is `user_123`. */
  users?: number | readonly UserSeed[] | undefined;
  /** The clock: epoch milliseconds. Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Milliseconds that every answer is held back. Default 0. */
  latency?: number | undefined;
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
  readonly seed: number;
}

/** @throws TypeError that names the option and says what is expected. */
export function resolveOptions(options: SandboxOptions): ResolvedOptions {
  const apiToken = options.apiToken ?? 'sandbox_token';
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
    latency: count('latency', options.latency ?? 0, 0),
    seed: count('seed', options.seed ?? 1, 0),
  };
}

function count(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new TypeError(`\`${name}\` must be a whole number of at least ${least}, not ${value}.`);
}

function seeds<Seed extends object>(name: string, value: number | readonly Seed[]): readonly (Seed | object)[] {
  return typeof value === 'number' ? Array.from({ length: count(name, value, 0) }, () => ({})) : value;
}
