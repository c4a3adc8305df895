import { peers } from '../../test/tools/peers.ts';
import type { RateLimitStore } from '@example/sdk';
import { createClient } from 'redis';

// The benchmarks measure what users install: the built package, whose types are those of `src/`.
const load = async <Module>(path: string) =>
  (await import(new URL(`../../dist/${path}`, import.meta.url).href)) as Module;
export const loadSdk = () => load<typeof import('@example/sdk')>('index.js');

/** Gets a user. Each call is for another one, because identical calls could share a request. */
type Call = (id: string) => PromiseLike<{ readonly id: string }>;

/** What the processes of a run share: a URL of Redis, or the path of a SQLite file. */
export type StorePlace = { readonly redis: string } | { readonly sqlite: string };

export interface Target {
  readonly port: number;
  /** What the processes share the limit through. Only this SDK can. */
  readonly store?: StorePlace | undefined;
}

const token = 'token_0123456789abcdef';
const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': 'bench/1.0' };

type Connect = (target: Target) => Promise<Call>;

/** Clients that are compared by what a call costs, with their defaults. */
const simple: Readonly<Record<string, Connect>> = {
  // The server sends a user; `overhead/measure.ts` checks that.
  fetch: async ({ port }) => {
    const call: Call = async (id) =>
      (await (await fetch(`http://127.0.0.1:${port}/v1/users/${id}`, { headers })).json()) as { id: string };
    return Promise.resolve(call);
  },
  ky: connectKy(),
  openai: connectOpenAI(),
  stripe: connectStripe(),
  '@octokit/core': connectOctokit(),
};

/** Clients that are compared by what they do when they are refused: ten retries serve the others best. */
export const contestants: Readonly<Record<string, Connect>> = {
  '@example/sdk': async ({ port, store }) => {
    const { Client } = await loadSdk();
    const rateLimit = { store: store && (await storeAt(store)) };
    const client = new Client({ apiToken: token, baseUrl: `http://127.0.0.1:${port}/v1`, rateLimit });
    return (id) => client.users.get(id);
  },
  'ky, 10 retries': connectKy({ retry: { limit: 10 } }),
  'openai, 10 retries': connectOpenAI({ maxRetries: 10 }),
  'stripe, 10 retries': connectStripe({ maxNetworkRetries: 10 }),
  'octokit + throttling, 10 retries': connectOctokit(10),
};

/** The clients to compare, each set up as its documentation says. None loads another. */
export const clients: Readonly<Record<string, Connect>> = { ...simple, ...contestants };

function connectKy(options = {}): Connect {
  return async ({ port }) => {
    const { default: ky } = await peers.ky();
    return (id) => ky(`http://127.0.0.1:${port}/v1/users/${id}`, { headers, ...options }).json<{ id: string }>();
  };
}

function connectOpenAI(options = {}): Connect {
  return async ({ port }) => {
    const { default: OpenAI } = await peers.openai();
    const client = new OpenAI({ apiKey: token, baseURL: `http://127.0.0.1:${port}/v1`, ...options });
    return (id) => client.models.retrieve(id);
  };
}

function connectStripe(options = {}): Connect {
  return async ({ port }) => {
    const { default: Stripe } = await peers.stripe();
    const client = new Stripe(token, { host: '127.0.0.1', port, protocol: 'http', ...options });
    return (id) => client.customers.retrieve(id);
  };
}

function connectOctokit(retries?: number): Connect {
  return async ({ port }) => {
    const { Octokit } = await peers.octokit();
    const { throttling } = await peers.octokitThrottling();
    const again = (_after: number, _request: unknown, _octokit: unknown, retryCount: number): boolean =>
      retryCount < (retries ?? 0);
    const octokit = new (Octokit.plugin(...(retries === undefined ? [] : [throttling])))({
      auth: token,
      baseUrl: `http://127.0.0.1:${port}/v1`,
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      throttle: { onRateLimit: again, onSecondaryRateLimit: again },
    });
    return async (id) => (await octokit.request('GET /users/{id}', { id })).data;
  };
}

async function storeAt(place: StorePlace): Promise<RateLimitStore> {
  if ('sqlite' in place) {
    const { sqliteRateLimitStore } = await load<typeof import('@example/sdk/sqlite')>('sqlite/index.js');
    return sqliteRateLimitStore(place.sqlite);
  }
  const { redisRateLimitStore } = await load<typeof import('@example/sdk/redis')>('redis/index.js');
  const client = createClient({ url: place.redis });
  // Without a listener, node-redis ends the process if the connection to the server is lost.
  client.on('error', ignore);
  await client.connect();
  return redisRateLimitStore(client);
}

/** Octokit logs every refusal, and errors of Redis show in the results. */
const ignore = () => undefined;
