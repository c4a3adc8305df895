// What differs between runtimes. Only `sqlite/database.ts` also looks where it runs, for its driver and its clock.

/** The globals that are read here. Each may be absent. */
const runtime = globalThis as {
  process?: Partial<Pick<NodeJS.Process, 'getBuiltinModule'>> & { env?: Record<string, string | undefined> };
  navigator?: { userAgent?: string };
};

/** Reads an environment variable; `undefined` if it is not set, or if the runtime forbids reading it. */
export function environmentVariable(name: string): string | undefined {
  try {
    const value = runtime.process?.env?.[name]?.trim();
    return value === '' ? undefined : value;
  } catch {
    return undefined; // Deno without --allow-env
  }
}

/** `node:crypto` in Node.js, Bun and Deno; `undefined` elsewhere. Not imported, so bundlers need no substitute. */
export function nodeCrypto(): typeof import('node:crypto') | undefined {
  return runtime.process?.getBuiltinModule?.('node:crypto');
}

/** What the runtime calls itself, such as `Node.js/24`. */
export function runtimeName(): string {
  return runtime.navigator?.userAgent ?? 'unknown';
}

/** In a Cloudflare Worker, timers end with their request. A request that waits without a timer is canceled. */
export function isCloudflareWorker(): boolean {
  return runtimeName() === 'Cloudflare-Workers';
}

/** True in a browser's page or worker. Every browser, and nothing else, calls itself `Mozilla`. */
export function isBrowser(): boolean {
  return runtimeName().startsWith('Mozilla/');
}

/** Returns the SHA-256 digest of a text, in hexadecimal. */
export async function hexDigest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
