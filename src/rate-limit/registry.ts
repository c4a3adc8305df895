import { realTiming } from '../utils/timing.ts';
import { Limiter, type LimitOptions } from './limiter.ts';
import { Outage } from './outage.ts';

/** Identifies and configures a limiter. */
export interface RateLimiterOptions {
  /** Base URL of the API, normalized. Each base URL has a limit of its own. */
  readonly baseUrl: string;
  readonly token: string;
  /** What one `fetch` meets says nothing about the API that another one reaches, such as a test's. */
  readonly fetch: object | undefined;
  /** `false` if the calls wait for outages only. */
  readonly rateLimit: LimitOptions | false;
}

/** The limiter of a token at a base URL: the same one for every client in the process (limits 30). */
export function rateLimiterFor({ baseUrl, token, fetch, rateLimit }: RateLimiterOptions): Limiter {
  const entries = registry();
  const outage = entries.find(`outage ${entries.idOf(fetch)} ${baseUrl}`, () => new Outage());
  if (rateLimit === false) {
    const key = `unpaced ${entries.idOf(fetch)} ${baseUrl}`;
    return entries.find(key, () => new Limiter(key, realTiming, outage, false));
  }
  const key = `${baseUrl} ${token}`;
  const limiter = entries.find(`paced ${key}`, () => new Limiter(key, realTiming, outage));
  limiter.configure(rateLimit, outage);
  return limiter;
}

type Registry = ReturnType<typeof createRegistry>;

/** Shared by the ES-module and the CommonJS copy of this package. Increase the number when the interface changes. */
const registryKey = Symbol.for('@example/sdk/rate-limiters/1');

/** If `globalThis` is frozen: each copy of this module then has limiters of its own. */
let ownRegistry: Registry | undefined;

function registry(): Registry {
  // The symbol is this package's own, so its value is what `createRegistry` returned.
  const holder = globalThis as unknown as { [registryKey]?: Registry };
  if (holder[registryKey]) return holder[registryKey];
  ownRegistry ??= createRegistry();
  if (Object.isExtensible(holder)) Object.defineProperty(holder, registryKey, { value: ownRegistry });
  return ownRegistry;
}

/** How many entries are held although nothing uses them: programs may make a client for each request. */
const maxRecent = 40;

/**
 * A closure holds the tokens, so that they can't be found through `globalThis`. Clients and calls hold their limiters,
 * and the registry the latest ones: of many tokens that were rotated, few are left.
 */
function createRegistry() {
  const entries = new Map<string, WeakRef<object>>();
  const ids = new WeakMap<object, number>();
  let lastId = 0;
  const dropped = new FinalizationRegistry<string>((key) => {
    if (entries.get(key)?.deref() === undefined) entries.delete(key);
  });
  const recent = new Set<object>();
  /** Returns what has this key, or creates it. A key begins with the kind of what it names. */
  const find = <T extends object>(key: string, create: () => T): T => {
    const known = entries.get(key)?.deref() as T | undefined; // The key says what it is.
    const entry = known ?? create();
    if (known === undefined) {
      entries.set(key, new WeakRef(entry));
      dropped.register(entry, key);
    }
    recent.delete(entry);
    recent.add(entry);
    const [oldest] = recent;
    if (oldest && recent.size > maxRecent) recent.delete(oldest);
    return entry;
  };
  /** A number for each `fetch`; 0 if the runtime has none. */
  const idOf = (fetch: object | undefined): number => {
    if (!fetch) return 0;
    const id = ids.get(fetch) ?? (lastId += 1);
    ids.set(fetch, id);
    return id;
  };
  return { find, idOf };
}
