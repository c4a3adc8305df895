import type { RateLimiter } from './limiter.ts';
import { Pacer } from './pacer.ts';
import type { RateLimitStore } from './store.ts';

/** What the limiter of a token is made of. */
export interface RateLimiterOptions {
  /** Base URL of the API, normalised: what differs here has a budget of its own. */
  readonly baseUrl: string;
  readonly token: string;
  /** Requests per window to assume until the API says. Default: the documented 100. */
  readonly limit?: number | undefined;
  /** Length of a window in milliseconds, to assume until the API shows another. Default: the documented 60 000. */
  readonly window?: number | undefined;
  /** Shares the budget with other processes. */
  readonly store?: RateLimitStore | undefined;
}

/**
 * The limiter of a token at a base URL: the same one for everybody in the process.
 *
 * Of two clients that bring different options, the later one's count from then on, where it brings any: its store is
 * the one whose connection is still open, and a limit only matters until the first answer.
 */
export function rateLimiterFor(options: RateLimiterOptions): RateLimiter {
  const limiter = registry()(`${options.baseUrl} ${options.token}`, (key) => new Pacer(key));
  limiter.configure(options);
  return limiter;
}

/** A limiter as the registry sees it. */
interface Registered extends RateLimiter {
  readonly idle: boolean;
  configure(options: Pick<RateLimiterOptions, 'limit' | 'window' | 'store'>): void;
}

type Registry = (key: string, create: (key: string) => Registered) => Registered;

/** Where the ES-module and the CommonJS copy of this package meet. The number goes up when the interface changes. */
const meetingPlace = Symbol.for('@example/sdk/rate-limiters/1');

function registry(): Registry {
  // The symbol is this package's own, so that whatever is there is what `openRegistry` returned.
  const place = globalThis as { [meetingPlace]?: Registry };
  if (place[meetingPlace] === undefined) Object.defineProperty(place, meetingPlace, { value: openRegistry() });
  return place[meetingPlace] ?? openRegistry();
}

/**
 * The tokens are in a closure, where nobody finds them who looks through `globalThis`. A limiter that has nothing to
 * remember is held weakly, so that tokens that rotate leave nothing behind, while a client that still has it can't
 * end up beside a second one.
 */
function openRegistry(): Registry {
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
