// The package's entry point for everything but Node: bundlers take it by the conditions in package.json.
import type { SandboxOptions } from './options.ts';
import { assembleSandbox, type Sandbox } from './sandbox.ts';

/** The same as `createSandbox` of `index.ts`, without a server. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  return assembleSandbox(options, { listen: refuseToListen });
}

function refuseToListen(): Promise<never> {
  return Promise.reject(new TypeError('sandbox.listen() needs Node.js. In a page or a worker, use sandbox.fetch.'));
}
