// Serves the page and a local API for it: `npm run example:browser`. To start your own page, copy the folder, run
// `npm install @example/sdk @example/sandbox vite`, and start it with Node.js 24: `node start.ts`.
import { createSandbox } from '@example/sandbox';
import { createServer } from 'vite';

const window = 10_000;
// A small limit and a slow API make the rate limit visible.
const sandbox = createSandbox({ projects: 640, latency: 120, rateLimit: { limit: 20, window } });
const api = await sandbox.listen();

// Vite passes variables with this prefix to the page.
process.env['VITE_EXAMPLE_BASE_URL'] = api.url;
process.env['VITE_EXAMPLE_API_TOKEN'] = sandbox.apiToken;
process.env['VITE_EXAMPLE_WINDOW'] = String(window);
const vite = await createServer({ root: import.meta.dirname, configFile: false, logLevel: 'warn' });
await vite.listen();

console.log(`Page: ${vite.resolvedUrls?.local[0] ?? ''}\nDashboard of the API: ${new URL('/dashboard', api.url).href}`);
process.once('SIGINT', () => void Promise.all([vite.close(), sandbox.close()]));
