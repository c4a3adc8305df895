// Calling the API through the proxy of HTTPS_PROXY, on every version of Node.js. Set EXAMPLE_API_TOKEN, too. For
// certificates and sockets, see docs/networks.md.
import { Client } from '@example/sdk';
import { EnvHttpProxyAgent, fetch } from 'undici';

const dispatcher = new EnvHttpProxyAgent();
const client = new Client({ fetch: (url, init) => fetch(url, { ...init, dispatcher }) });

const { meta } = await client.projects.list({ per_page: 1 });
console.log(`${meta.total_count} projects, read through a proxy.`);
