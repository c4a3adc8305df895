// The benchmarks measure what users install: the built package. `bench/` is a package of its own, which therefore cannot
// import `@example/sdk` by its name.

export const dist = (path: string): URL => new URL(`../../dist/${path}`, import.meta.url);

// What the build makes of `src/` has the types of `src/`.
export const loadSdk = async (): Promise<typeof import('@example/sdk')> =>
  (await import(dist('index.js').href)) as typeof import('@example/sdk');

export const loadRedis = async (): Promise<typeof import('@example/sdk/redis')> =>
  (await import(dist('redis/index.js').href)) as typeof import('@example/sdk/redis');
