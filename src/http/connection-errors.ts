import { isError } from '../utils/user-code.ts';

/** Error codes of Node.js (undici), Bun and the operating system for a connection that was never established. */
const connectCodes =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused|FailedToOpenSocket|DNSException)$/;

/** An error of a runtime, with the fields that may say which connection failed. */
type ConnectError = Error & Partial<Record<'code' | 'syscall' | 'hostname' | 'port' | 'path', unknown>>;

/**
 * Whether the error of a `fetch` proves that nothing was sent. Errors in browsers and Workers never do, so a request
 * that can't be repeated is not retried there.
 *
 * @param isCustom Whether the `fetch` is the user's. It may have sent the request, and then failed with an error about
 *   another request, such as one to an audit log. Its error proves something only if it names the host of the request.
 */
export function wasNeverSent(error: unknown, url: URL, isCustom: boolean): boolean {
  try {
    return chainOf(error).some((link) => isAboutConnecting(link) && (isAbout(link, url) ?? !isCustom));
  } catch {
    return false; // An error that can't be read proves nothing.
  }
}

function isAboutConnecting({ code, syscall = 'connect', message }: ConnectError): boolean {
  // `read EHOSTUNREACH` comes from a connection that had been established. Deno says it in the message.
  const isConnect = connectCodes.test(String(code)) && /^(connect|getaddrinfo)/.test(String(syscall));
  return isConnect || message.includes('client error (Connect)');
}

/** Whether an error is about the host of a URL; `undefined` if it doesn't say. */
function isAbout({ hostname, port, path, message }: ConnectError, url: URL): boolean | undefined {
  if (hostname !== undefined) return hostname === url.hostname;
  if (port !== undefined && Number(port) !== Number(url.port || (url.protocol === 'http:' ? 80 : 443))) return false;
  return `${message} ${String(path)}`.includes(url.host) || undefined;
}

/** The message or the code of the innermost cause that has one. `fetch failed` alone explains nothing. */
export function connectionProblem(error: unknown): string {
  let problem = isError(error) ? error.name : 'unknown reason';
  for (const { message, code } of chainOf(error)) problem = message || (typeof code === 'string' ? code : problem);
  // OpenSSL and undici say no more than these two messages.
  if (problem.includes('wrong version number')) return 'baseUrl says https, but the server at its port speaks http.';
  const isMixed = /^invalid on\w+ method$/.test(problem);
  return isMixed ? `${problem}: fetch and its dispatcher are of different versions of undici.` : problem;
}

/** An error and its causes, up to five. */
function chainOf(error: unknown): ConnectError[] {
  const chain: ConnectError[] = [];
  for (let link = error; isError(link) && chain.length < 5; link = link.cause) chain.push(link);
  return chain;
}
