import type { RateLimitStore } from '@example/sdk';
import Anthropic from '@anthropic-ai/sdk';
import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import ky from 'ky';
import OpenAI from 'openai';
import { createClient } from 'redis';
import Stripe from 'stripe';
import { loadRedis, loadSdk, loadSqlite } from '../shared/sdk.ts';
import type { StorePlace } from './shared-store.ts';

/** Each call is for another user, because identical ones could share a request. */
export type Call = (id: string) => PromiseLike<unknown>;

export interface Target {
  readonly port: number;
  /** What the processes share the limit through. Only this SDK can. */
  readonly store?: StorePlace | undefined;
}

const token = 'token_0123456789abcdef';

/** The clients to compare, each set up as its documentation says. `10 retries` replaces the default number. */
export const contestants: Readonly<Record<string, (target: Target) => Call | Promise<Call>>> = {
  '@example/sdk': async ({ port, store }) => {
    const { Client } = await loadSdk();
    const client = new Client({
      apiToken: token,
      baseUrl: `http://127.0.0.1:${port}/v1`,
      rateLimit: { store: store && (await storeAt(store)) },
    });
    return (id) => client.users.get(id);
  },
  ky: ({ port }) => callKy(port),
  'ky, 10 retries': ({ port }) => callKy(port, { retry: { limit: 10 } }),
  openai: ({ port }) => callOpenAI(port),
  'openai, 10 retries': ({ port }) => callOpenAI(port, { maxRetries: 10 }),
  '@anthropic-ai/sdk': ({ port }) => callAnthropic(port),
  '@anthropic-ai/sdk, 10 retries': ({ port }) => callAnthropic(port, { maxRetries: 10 }),
  stripe: ({ port }) => callStripe(port),
  'stripe, 10 retries': ({ port }) => callStripe(port, { maxNetworkRetries: 10 }),
  // The throttling plugin asks a callback whether to retry. Twice is the default of most other clients.
  'octokit + throttling': ({ port }) => callOctokit(port, Octokit.plugin(throttling), 2),
  'octokit + throttling, 10 retries': ({ port }) => callOctokit(port, Octokit.plugin(throttling), 10),
  'octokit + throttling + retry': ({ port }) => callOctokit(port, Octokit.plugin(throttling, retry), 2),
};

function callKy(port: number, options = {}): Call {
  return (id) =>
    ky(`http://127.0.0.1:${port}/v1/users/${id}`, {
      headers: { authorization: `Bearer ${token}` },
      ...options,
    }).json();
}

function callOpenAI(port: number, options = {}): Call {
  const client = new OpenAI({ apiKey: token, baseURL: `http://127.0.0.1:${port}/v1`, ...options });
  return (id) => client.models.retrieve(id);
}

function callAnthropic(port: number, options = {}): Call {
  const client = new Anthropic({ apiKey: token, baseURL: `http://127.0.0.1:${port}`, ...options });
  return (id) => client.models.retrieve(id);
}

function callStripe(port: number, options = {}): Call {
  const client = new Stripe(token, { host: '127.0.0.1', port, protocol: 'http', ...options });
  return (id) => client.customers.retrieve(id);
}

function callOctokit(port: number, Kit: typeof Octokit, retries: number): Call {
  const again = (_after: number, _request: unknown, _octokit: unknown, retryCount: number): boolean =>
    retryCount < retries;
  const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const octokit = new Kit({
    auth: token,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    log: silent,
    throttle: { onRateLimit: again, onSecondaryRateLimit: again },
  });
  return (id) => octokit.request('GET /users/{id}', { id });
}

async function storeAt(place: StorePlace): Promise<RateLimitStore> {
  if ('sqlite' in place) {
    const { sqliteRateLimitStore } = await loadSqlite();
    return sqliteRateLimitStore(place.sqlite);
  }
  const { redisRateLimitStore } = await loadRedis();
  const client = createClient({ url: place.redis });
  // Without a listener, node-redis ends the process if the connection to the server is lost.
  client.on('error', ignore);
  await client.connect();
  return redisRateLimitStore(client);
}

function ignore(): void {
  // Octokit logs every refusal, and errors of Redis show in the results.
}
