import { Client, type Fetch } from '@example/sdk';
import { PacedClient } from '../../reference/paced-client.ts';

/** A call of a workload. */
export interface WorkloadCall {
  /** Milliseconds since the world began. */
  readonly at: number;
  /** `/users/…` or `/things/…`, and different for each call unless it is meant to be the same. */
  readonly path: string;
  /** `batch`: until the last one is done, time is measured. `prompt`: each is timed. `locked`: it may end in any way. */
  readonly kind: 'batch' | 'prompt' | 'locked';
  readonly priority?: 'normal' | 'background';
}

export interface ClientSetup {
  readonly fetch: Fetch;
  readonly baseUrl: string;
  readonly apiToken: () => string;
  /** What the program has configured, if not what the API does. */
  readonly rateLimit?: { readonly limit: number; readonly window: number };
  readonly maxRetries?: number;
}

/** A client that paces its calls: the SDK, or another one to compare it with. */
interface TestedClient {
  read(call: WorkloadCall, signal: AbortSignal): Promise<unknown>;
}

export type ClientFactory = (setup: ClientSetup) => TestedClient;

/** The SDK, through its public surface only. */
export const sdk: ClientFactory = ({ fetch, baseUrl, apiToken, rateLimit = {}, maxRetries }) => {
  const client = new Client({ apiToken, baseUrl, fetch, rateLimit, maxRetries, logLevel: 'off' });
  return {
    read: async ({ path, priority = 'normal' }, signal) => {
      const id = path.slice(path.lastIndexOf('/') + 1);
      if (path.startsWith('/users/')) return client.users.get(id, { priority, signal });
      return client.request('GET', '/things/{id}', { params: { id }, priority, signal });
    },
  };
};

/** The client that the SDK may never be worse than. */
export const reference: ClientFactory = ({ fetch, baseUrl, apiToken, maxRetries }) => {
  const client = new PacedClient();
  return {
    read: ({ path }, signal) => {
      const init = () => ({ method: 'GET', headers: { authorization: `Bearer ${apiToken()}` }, signal });
      return client.call(() => fetch(baseUrl + path, { ...init(), redirect: 'manual' }), signal, maxRetries);
    },
  };
};
