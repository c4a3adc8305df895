import { peers } from '../../test/tools/peers.ts';

/** The package as users install it. Its types come from `src/`. */
export const loadSdk = async () =>
  (await import(new URL('../../dist/index.js', import.meta.url).href)) as typeof import('@example/sdk');

/** Gets a user. Each call gets a different user, because identical calls could share a request. */
type Call = (id: string) => PromiseLike<{ readonly id: string }>;

const token = 'token_0123456789abcdef';
const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': 'bench/1.0' };

type Connect = (port: number) => Promise<Call>;

/** The clients whose cost per call is compared, with their defaults. */
const simple: Readonly<Record<string, Connect>> = {
  // The server sends a user; `overhead/measure.ts` checks that.
  fetch: async (port) => {
    const call: Call = async (id) =>
      (await (await fetch(`http://127.0.0.1:${port}/v1/users/${id}`, { headers })).json()) as { id: string };
    return Promise.resolve(call);
  },
  ky: connectKy(),
  openai: connectOpenAI(),
  stripe: connectStripe(),
  '@octokit/core': connectOctokit(),
};

/** The clients whose reaction to refusals is compared. Ten retries suit the others best. */
export const contestants: Readonly<Record<string, Connect>> = {
  '@example/sdk': async (port) => {
    const { Client } = await loadSdk();
    const client = new Client({ apiToken: token, baseUrl: `http://127.0.0.1:${port}/v1` });
    return (id) => client.users.get(id);
  },
  'ky, 10 retries': connectKy({ retry: { limit: 10 } }),
  'openai, 10 retries': connectOpenAI({ maxRetries: 10 }),
  'stripe, 10 retries': connectStripe({ maxNetworkRetries: 10 }),
  'octokit + throttling, 10 retries': connectOctokit(10),
};

/** The clients to compare, each set up as its documentation says. Loading one doesn't load the others. */
export const clients: Readonly<Record<string, Connect>> = { ...simple, ...contestants };

function connectKy(options = {}): Connect {
  return async (port) => {
    const { default: ky } = await peers.ky();
    return (id) => ky(`http://127.0.0.1:${port}/v1/users/${id}`, { headers, ...options }).json<{ id: string }>();
  };
}

function connectOpenAI(options = {}): Connect {
  return async (port) => {
    const { default: OpenAI } = await peers.openai();
    const client = new OpenAI({ apiKey: token, baseURL: `http://127.0.0.1:${port}/v1`, ...options });
    return (id) => client.models.retrieve(id);
  };
}

function connectStripe(options = {}): Connect {
  return async (port) => {
    const { default: Stripe } = await peers.stripe();
    const client = new Stripe(token, { host: '127.0.0.1', port, protocol: 'http', ...options });
    return (id) => client.customers.retrieve(id);
  };
}

function connectOctokit(retries?: number): Connect {
  return async (port) => {
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

/** Octokit logs every refusal. */
const ignore = () => undefined;
