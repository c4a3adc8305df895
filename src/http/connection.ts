/** Error codes of Node.js (undici), Bun and the operating system for a connection that was never established. */
const connectCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'ConnectionRefused',
  'FailedToOpenSocket',
  'DNSException',
]);

/**
 * Whether the error of a `fetch` proves that nothing was sent. Errors in browsers and Workers never do, so a request that
 * can't be repeated is not retried there.
 */
export function wasNeverSent(error: unknown): boolean {
  try {
    for (let link = error, depth = 0; link instanceof Error && depth < 5; link = link.cause, depth++) {
      // `read EHOSTUNREACH` comes from a connection that had been established.
      const syscall = 'syscall' in link ? String(link.syscall) : 'connect';
      if ('code' in link && connectCodes.has(String(link.code)) && /^(connect|getaddrinfo)/.test(syscall)) return true;
      if (link.message.includes('client error (Connect)')) return true; // Deno
    }
  } catch {
    // An error that can't be read proves nothing.
  }
  return false;
}

/** The message of the innermost cause, or its code. `fetch failed` alone explains nothing. */
export function connectionProblem(error: unknown): string {
  let deepest = error;
  for (let depth = 0; deepest instanceof Error && deepest.cause instanceof Error && depth < 5; depth++) {
    deepest = deepest.cause;
  }
  if (!(deepest instanceof Error)) return 'unknown reason';
  return deepest.message || ('code' in deepest ? String(deepest.code) : deepest.name);
}
