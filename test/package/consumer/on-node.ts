// What needs Node, to be compiled with its types: the fetch of the package undici, and the stores in a file.
import { Client, type Fetch } from '@example/sdk';
import { sqliteReplayStore } from '@example/sdk/sqlite';
import { fetch, ProxyAgent } from 'undici';

export const plain: Fetch = fetch;

const dispatcher = new ProxyAgent('http://proxy.example.com');
export const client = new Client({ apiToken: 'token', fetch: (url, init) => fetch(url, { ...init, dispatcher }) });

export const store = sqliteReplayStore('webhooks.db');
