// The fetch of the package undici, to be compiled with its types and those of Node.
import { Client, type Fetch } from '@example/sdk';
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
