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

/** The message or the code of the innermost cause that has one. `fetch failed` alone explains nothing. */
export function connectionProblem(error: unknown): string {
  let problem = error instanceof Error ? error.name : 'unknown reason';
  for (let link = error, depth = 0; link instanceof Error && depth <= 5; link = link.cause, depth++) {
    problem = link.message || ('code' in link ? String(link.code) : problem);
  }
  return problem;
}
