// The entry point for browsers and workers. Bundlers choose it by the conditions in package.json.
import { assembleSandbox, type Sandbox } from './core.ts';
import type { SandboxOptions } from './options.ts';

/** Like `createSandbox` in `index.ts`, but it can't listen. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  return assembleSandbox(options, { listen: refuseToListen });
}

function refuseToListen(): Promise<never> {
  return Promise.reject(new TypeError('sandbox.listen() needs Node.js. In a page or a worker, use sandbox.fetch.'));
}
