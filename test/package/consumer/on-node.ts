// What needs Node, to be compiled with its types: the fetch of the package undici, and the stores in a file.
import { Client, type Fetch } from '@example/sdk';
import { sqliteReplayStore } from '@example/sdk/sqlite';
import { Agent, EnvHttpProxyAgent, fetch, ProxyAgent } from 'undici';

export const plain: Fetch = fetch;

const dispatchers = [
  new ProxyAgent('http://proxy.example.com'),
  new EnvHttpProxyAgent(),
  new Agent({ connect: { ca: 'certificate' } }),
  new Agent({ connect: { socketPath: '/run/api.sock' } }),
];

export const clients = dispatchers.map(
  (dispatcher) => new Client({ apiToken: 'token', fetch: (url, init) => fetch(url, { ...init, dispatcher }) }),
);

export const store = sqliteReplayStore('webhooks.db');
