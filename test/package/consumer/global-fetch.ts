// The runtime's own fetch, to be compiled where the compiler knows it.
import { Client, type Fetch } from '@example/sdk';

export const withHeader: Fetch = (url, init) => fetch(url, { ...init, headers: { ...init.headers, 'x-team': 'blue' } });
export const client = new Client({ apiToken: 'token', fetch });

// @ts-expect-error -- a response is missing
export const broken: Fetch = () => Promise.resolve(undefined);
