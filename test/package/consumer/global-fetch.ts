// The runtime's own fetch, to be compiled where the compiler knows it.
import { Client, type Fetch } from '@example/sdk';

export const plain: Fetch = fetch;

export const withHeader: Fetch = (url, init) => fetch(url, { ...init, headers: { ...init.headers, 'x-team': 'blue' } });

/** In a worker, a signal and a method are all that a mock looks at. */
export const mock: Fetch = (url, { method, signal }) => {
  signal.throwIfAborted();
  return Promise.resolve(Response.json({ url, method }));
};

export const client = new Client({ apiToken: 'token', fetch });

// @ts-expect-error -- a response is missing
export const broken: Fetch = () => Promise.resolve(undefined);
