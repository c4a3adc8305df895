// The page, with a local API to talk to: `npm run example:browser`. To make it your own, copy the folder,
// `npm install @example/sdk @example/sandbox vite`, and run it with Node.js 24: `node start.ts`.
import { createSandbox } from '@example/sandbox';
import { createServer } from 'vite';

const window = 10_000;
// A small budget and a slow API, so that there is something to see.
const sandbox = createSandbox({ projects: 640, latency: 120, rateLimit: { limit: 20, window } });
const api = await sandbox.listen();

// Vite hands on what begins so to the page.
process.env['VITE_EXAMPLE_BASE_URL'] = api.url;
process.env['VITE_EXAMPLE_API_TOKEN'] = sandbox.apiToken;
process.env['VITE_EXAMPLE_WINDOW'] = String(window);
const vite = await createServer({ root: import.meta.dirname, configFile: false, logLevel: 'warn' });
await vite.listen();

console.log(
  `The page: ${vite.resolvedUrls?.local[0] ?? ''}\nThe API's dashboard: ${new URL('/dashboard', api.url).href}`,
);
process.once('SIGINT', () => void Promise.all([vite.close(), sandbox.close()]));
