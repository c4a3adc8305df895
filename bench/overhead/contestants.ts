import { loadSdk } from '../shared/sdk.ts';

type Call = () => PromiseLike<{ id: string }>;

const token = 'token_0123456789abcdef';
const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': 'bench/1.0' };

/** Each contestant gets the same user from the same server, in the way that its documentation shows first. */
const contestants: Readonly<Record<string, (origin: string) => Call | Promise<Call>>> = {
  // The server sends a user; `measure.ts` checks that.
  fetch: (origin) => async () =>
    (await (await fetch(`${origin}/v1/users/user_123`, { headers })).json()) as { id: string },
  'ky, one attempt': async (origin) => {
    const { default: ky } = await import('ky');
    const options = { headers, retry: 0, timeout: false, throwHttpErrors: false } as const;
    return () => ky(`${origin}/v1/users/user_123`, options).json<{ id: string }>();
  },
  ky: async (origin) => {
    const { default: ky } = await import('ky');
    return () => ky(`${origin}/v1/users/user_123`, { headers }).json<{ id: string }>();
  },
  openai: async (origin) => {
    const { default: OpenAI } = await import('openai');
    const client = new OpenAI({ apiKey: token, baseURL: `${origin}/v1` });
    return () => client.models.retrieve('user_123');
  },
  '@anthropic-ai/sdk': async (origin) => {
    const { default: Anthropic } = await import('@anthropic-ai/sdk');
    const client = new Anthropic({ apiKey: token, baseURL: origin });
    return () => client.models.retrieve('user_123');
  },
  stripe: async (origin) => {
    const { default: Stripe } = await import('stripe');
    const client = new Stripe(token, { host: '127.0.0.1', port: Number(new URL(origin).port), protocol: 'http' });
    return () => client.customers.retrieve('user_123');
  },
  '@octokit/core': async (origin) => {
    const { Octokit } = await import('@octokit/core');
    const client = new Octokit({ auth: token, baseUrl: `${origin}/v1` });
    return async () => (await client.request('GET /users/{id}', { id: 'user_123' })).data;
  },
  '@example/sdk': async (origin) => {
    const { Client } = await loadSdk();
    // All features are on. The budget is so large that no call waits.
    const client = new Client({ apiToken: token, baseUrl: `${origin}/v1`, rateLimit: { limit: 1_000_000_000 } });
    return () => client.users.get('user_123');
  },
};

export const contestantNames = Object.keys(contestants);

/** Loads a contestant, and nothing of the others. */
export async function contestant(name: string, origin: string): Promise<Call> {
  const load = contestants[name];
  if (!load) throw new Error(`There is no contestant ${name}.`);
  return await load(origin);
}
