import type { LimitOptions, RateLimiter } from './types.ts';
import { Scheduler } from './scheduler.ts';

/** Identifies and configures the limiter of a token. */
export interface RateLimiterOptions extends LimitOptions {
  /** Base URL of the API, normalised. Each base URL has a budget of its own. */
  readonly baseUrl: string;
  readonly token: string;
}

/**
 * The limiter of a token at a base URL: the same one for every client in the process.
 *
 * If clients have different options, those of the newest one apply: its store is the one whose connection is still
 * open, and a limit only matters until the first response.
 */
export function rateLimiterFor(options: RateLimiterOptions): RateLimiter {
  const limiter = registry()(`${options.baseUrl} ${options.token}`, (key) => new Scheduler(key));
  limiter.configure(options);
  return limiter;
}

/** What the registry needs of a limiter. */
interface Registered extends RateLimiter {
  configure(options: LimitOptions): void;
}

type Registry = (key: string, create: (key: string) => Registered) => Registered;

/** Shared by the ES-module and the CommonJS copy of this package. Increase the number when the interface changes. */
const registryKey = Symbol.for('@example/sdk/rate-limiters/4');

/** If `globalThis` is frozen: each copy of this module then has limiters of its own. */
let own: Registry | undefined;

function registry(): Registry {
  // The symbol is this package's own, so its value is what `createRegistry` returned.
  const holder = globalThis as unknown as { [registryKey]?: Registry };
  if (holder[registryKey]) return holder[registryKey];
  own ??= createRegistry();
  if (Object.isExtensible(holder)) Object.defineProperty(holder, registryKey, { value: own });
  return own;
}

/**
 * A closure holds the tokens, so that they can't be found through `globalThis`. Clients and calls hold their limiters:
 * a token that was rotated leaves nothing behind.
 */
function createRegistry(): Registry {
  const limiters = new Map<string, WeakRef<Registered>>();
  const dropped = new FinalizationRegistry<string>((key) => {
    if (limiters.get(key)?.deref() === undefined) limiters.delete(key);
  });
  return (key, create) => {
    const known = limiters.get(key)?.deref();
    if (known !== undefined) return known;
    const limiter = create(key);
    limiters.set(key, new WeakRef(limiter));
    dropped.register(limiter, key);
    return limiter;
  };
}
