import Anthropic from '@anthropic-ai/sdk';
import { Octokit } from '@octokit/core';
import ky from 'ky';
import OpenAI from 'openai';
import Stripe from 'stripe';
import { loadSdk } from '../shared/sdk.ts';

type Call = () => PromiseLike<{ id: string }>;

const token = 'token_0123456789abcdef';
const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': 'bench/1.0' };

/** Each contestant gets the same user from the same server, in the way that its documentation shows first. */
export async function contestants(port: number): Promise<ReadonlyMap<string, Call>> {
  const origin = `http://127.0.0.1:${port}`;
  const baseUrl = `${origin}/v1`;
  const url = `${baseUrl}/users/user_123`;

  const openai = new OpenAI({ apiKey: token, baseURL: baseUrl });
  const anthropic = new Anthropic({ apiKey: token, baseURL: origin });
  const stripe = new Stripe(token, { host: '127.0.0.1', port, protocol: 'http' });
  const octokit = new Octokit({ auth: token, baseUrl });
  const { Client } = await loadSdk();
  // All features are on. The budget is so large that no call waits.
  const client = new Client({ apiToken: token, baseUrl, rateLimit: { limit: 1_000_000_000 } });

  return new Map<string, Call>([
    // The server sends a user; `measure.ts` checks that.
    ['fetch', async () => (await (await fetch(url, { headers })).json()) as { id: string }],
    [
      'ky, one attempt',
      () => ky(url, { headers, retry: 0, timeout: false, throwHttpErrors: false }).json<{ id: string }>(),
    ],
    ['ky', () => ky(url, { headers }).json<{ id: string }>()],
    ['openai', () => openai.models.retrieve('user_123')],
    ['@anthropic-ai/sdk', () => anthropic.models.retrieve('user_123')],
    ['stripe', () => stripe.customers.retrieve('user_123')],
    ['@octokit/core', async () => (await octokit.request('GET /users/{id}', { id: 'user_123' })).data],
    ['@example/sdk', () => client.users.get('user_123')],
  ]);
}
