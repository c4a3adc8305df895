// The fetch of the package undici, to be compiled with its types and those of Node.
import { Client, type Fetch } from '@example/sdk';
import { fetch, ProxyAgent } from 'undici';

export const plain: Fetch = fetch;

const dispatcher = new ProxyAgent('http://proxy.example.com');

export const client = new Client({ apiToken: 'token', fetch: (url, init) => fetch(url, { ...init, dispatcher }) });
