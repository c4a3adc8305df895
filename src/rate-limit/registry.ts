import type { LimitOptions, RateLimiter } from './limiter.ts';
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
 * open, and a limit only matters until the first answer.
 */
export function rateLimiterFor(options: RateLimiterOptions): RateLimiter {
  const limiter = registry()(`${options.baseUrl} ${options.token}`, (key) => new Scheduler(key));
  limiter.configure(options);
  return limiter;
}

/** What the registry needs of a limiter. */
interface Registered extends RateLimiter {
  readonly idle: boolean;
  configure(options: LimitOptions): void;
}

type Registry = (key: string, create: (key: string) => Registered) => Registered;

/** Shared by the ES-module and the CommonJS copy of this package. Increase the number when the interface changes. */
const registryKey = Symbol.for('@example/sdk/rate-limiters/1');

/** For programs that have frozen `globalThis`, where each copy has limiters of its own. */
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
 * A closure holds the tokens, so that they can't be found through `globalThis`. An idle limiter is held weakly: rotated
 * tokens leave nothing behind, and a client that still uses one never gets a second limiter beside it.
 */
function createRegistry(): Registry {
  const limiters = new Map<string, { readonly weak: WeakRef<Registered>; strong: Registered | undefined }>();
  let sweepAt = 16;

  return (key, create) => {
    const known = limiters.get(key);
    let limiter = known?.weak.deref();
    if (known !== undefined && limiter !== undefined) {
      known.strong = limiter;
      return limiter;
    }
    if (limiters.size >= sweepAt) {
      for (const [other, entry] of limiters) {
        if (entry.strong?.idle === true) entry.strong = undefined;
        if (entry.weak.deref() === undefined) limiters.delete(other);
      }
      sweepAt = 2 * limiters.size + 16;
    }
    limiter = create(key);
    limiters.set(key, { weak: new WeakRef(limiter), strong: limiter });
    return limiter;
  };
}
