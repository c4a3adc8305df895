// The benchmarks measure what users install: the built package. `bench/` is a separate package, so it can't import
// `@example/sdk` by name.

const dist = (path: string): URL => new URL(`../../dist/${path}`, import.meta.url);

// The build output has the types of `src/`.
export const loadSdk = async (): Promise<typeof import('@example/sdk')> =>
  (await import(dist('index.js').href)) as typeof import('@example/sdk');

export const loadRedis = async (): Promise<typeof import('@example/sdk/redis')> =>
  (await import(dist('redis/index.js').href)) as typeof import('@example/sdk/redis');

export const loadSqlite = async (): Promise<typeof import('@example/sdk/sqlite')> =>
  (await import(dist('sqlite/index.js').href)) as typeof import('@example/sdk/sqlite');
