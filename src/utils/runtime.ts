// Everything that differs between runtimes. The rest of the SDK does not know where it runs.

/** Only the parts that are read. A runtime may have any of them, or none. */
const runtime = globalThis as {
  process?: Partial<Pick<NodeJS.Process, 'getBuiltinModule'>> & { env?: Record<string, string | undefined> };
  navigator?: { userAgent?: string };
};

/** An environment variable; `undefined` if it is not set, or if the runtime does not allow reading it. */
export function environmentVariable(name: string): string | undefined {
  try {
    const value = runtime.process?.env?.[name]?.trim();
    return value === '' ? undefined : value;
  } catch {
    return undefined; // Deno without --allow-env
  }
}

/** `node:crypto` of Node.js, Bun and Deno; `undefined` elsewhere. No bundler needs a substitute for it. */
export function nodeCrypto(): typeof import('node:crypto') | undefined {
  return runtime.process?.getBuiltinModule?.('node:crypto');
}

/** The runtime's name for itself, such as `Node.js/24`. */
export function runtimeName(): string {
  return runtime.navigator?.userAgent ?? 'unknown';
}

/** In a Cloudflare Worker, timers end with their request, and a request that waits without a timer is cancelled. */
export function isCloudflareWorker(): boolean {
  return runtimeName() === 'Cloudflare-Workers';
}

/** Advice for a Worker whose environment variables lack a value: pass its binding. Empty in other runtimes. */
export function bindingAdvice(option: string, variable: string): string {
  return isCloudflareWorker()
    ? ` In a Worker, pass the binding: { ${option}: env.${variable} }, with import { env } from 'cloudflare:workers'.`
    : '';
}

/** Whether this is a browser page or one of its workers. Every browser, and nothing else, calls itself `Mozilla`. */
export function isBrowser(): boolean {
  return runtimeName().startsWith('Mozilla/');
}
