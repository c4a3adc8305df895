// The benchmarks measure what users install: the built package.

// The build output has the types of `src/`.
const load = async <Module>(path: string) =>
  (await import(new URL(`../../dist/${path}`, import.meta.url).href)) as Module;

export const loadSdk = () => load<typeof import('@example/sdk')>('index.js');
export const loadRedis = () => load<typeof import('@example/sdk/redis')>('redis/index.js');
export const loadSqlite = () => load<typeof import('@example/sdk/sqlite')>('sqlite/index.js');
