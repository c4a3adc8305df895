// The benchmarks measure what users install: the built package. `bench/` is a package of its own, which therefore cannot
// import `@example/sdk` by its name.

export interface Sdk {
  readonly Client: new (options: {
    apiToken: string;
    baseUrl: string;
    rateLimit?: false | { store?: unknown; limit?: number; maxWait?: number };
  }) => { readonly users: { get(id: string): PromiseLike<{ id: string }> } };
}

const dist = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).href;

export const loadSdk = async (): Promise<Sdk> => (await import(dist('index.js'))) as Sdk;

export interface SdkRedis {
  readonly redisRateLimitStore: (client: unknown) => unknown;
}

export const loadRedis = async (): Promise<SdkRedis> => (await import(dist('redis/index.js'))) as SdkRedis;
