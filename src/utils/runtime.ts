// What differs between runtimes, asked once here; the rest of the SDK does not know where it runs.

/** Only what is read, because a runtime may have any part of it or none. */
const runtime = globalThis as {
  process?: { env?: Record<string, string | undefined> };
  navigator?: { userAgent?: string };
};

/** An environment variable; `undefined` where there are none, or where the runtime does not let them be read. */
export function environmentVariable(name: string): string | undefined {
  try {
    const value = runtime.process?.env?.[name]?.trim();
    return value === '' ? undefined : value;
  } catch {
    return undefined; // Deno without --allow-env
  }
}

/** What the runtime calls itself, such as `Node.js/24`. */
export function runtimeName(): string {
  return runtime.navigator?.userAgent ?? 'unknown';
}

/** A browser page or one of its workers: every browser, and nothing else, calls itself `Mozilla`. */
export function isBrowser(): boolean {
  return runtimeName().startsWith('Mozilla/');
}
