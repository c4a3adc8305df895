import { isError } from '../utils/user-code.ts';

/** Error codes of Node.js (undici), Bun and the operating system for a connection that was never established. */
const connectCodes =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused|FailedToOpenSocket|DNSException)$/;

/** An error of a runtime, with fields that may identify the connection that failed. */
type ConnectError = Error & Partial<Record<'code' | 'syscall' | 'hostname' | 'port' | 'path', unknown>>;

/**
 * Returns true if the error of a `fetch` proves that nothing was sent. Errors in browsers and Workers never prove it.
 *
 * @param isCustom True if `fetch` is the user's. It may have sent the request, and then failed at another one, such as
 *   a request to an audit log. So its error proves something only if it names the host of the request.
 */
export function wasNeverSent(error: unknown, url: URL, isCustom: boolean): boolean {
  try {
    return chainOf(error).some((link) => isAboutConnecting(link) && (isAbout(link, url) ?? !isCustom));
  } catch {
    return false; // Reading the error failed, so it proves nothing.
  }
}

function isAboutConnecting({ code, syscall = 'connect', message }: ConnectError): boolean {
  // `read EHOSTUNREACH` is an error of an established connection. Deno has no code, only a message.
  const isConnect = connectCodes.test(String(code)) && /^(connect|getaddrinfo)/.test(String(syscall));
  return isConnect || message.includes('client error (Connect)');
}

/** Returns true if an error names the host of a URL, false if it names another one, `undefined` if it names none. */
function isAbout({ hostname, port, path, message }: ConnectError, url: URL): boolean | undefined {
  if (hostname !== undefined) return hostname === url.hostname;
  if (port !== undefined && Number(port) !== Number(url.port || (url.protocol === 'http:' ? 80 : 443))) return false;
  return `${message} ${String(path)}`.includes(url.host) || undefined;
}

/** Returns the message or code of the innermost cause, because `fetch failed` alone explains nothing. */
export function connectionProblem(error: unknown): string {
  let problem = isError(error) ? error.name : 'unknown reason';
  for (const { message, code } of chainOf(error)) problem = message || (typeof code === 'string' ? code : problem);
  // OpenSSL's own message needs an explanation.
  return problem.includes('wrong version number')
    ? 'baseUrl says https, but the server at its port speaks http.'
    : problem;
}

/** An error and its causes: five at most. */
function chainOf(error: unknown): ConnectError[] {
  const chain: ConnectError[] = [];
  for (let link = error; isError(link) && chain.length < 5; link = link.cause) chain.push(link);
  return chain;
}
