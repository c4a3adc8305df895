import { InvalidRequestError } from '../errors/index.ts';
import { throwInvalid } from '../utils/arguments.ts';
import { environmentVariable } from '../utils/runtime.ts';

const publicApi = 'https://api.example.com/v1';

/**
 * Checks the base URL, and removes trailing slashes.
 *
 * @param given Default: the environment variable `EXAMPLE_BASE_URL`, or the public API.
 * @param allowHttp Allows http for hosts that are not loopback.
 * @throws {InvalidRequestError} when it is not an absolute URL that is safe to send a token to.
 */
export function resolveBaseUrl(
  given: string | URL = environmentVariable('EXAMPLE_BASE_URL') ?? publicApi,
  allowHttp = false,
): string {
  const name = 'baseUrl (or EXAMPLE_BASE_URL)';
  const href = typeof given === 'string' ? given : String((given as URL | null)?.href); // untyped callers may pass null
  const url = parseUrl(href);
  if (!/^https?:\/\//i.test(href)) throwInvalid('a URL that begins with https:// or http://', name, given);
  if (!url || !/^https?:/.test(url.href) || url.username || url.password || /[?#]/.test(url.href)) {
    throwInvalid('an absolute URL without credentials, query or fragment', name, given);
  }
  const isPublic = url.hostname === new URL(publicApi).hostname;
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && (isPublic || !allowHttp)) {
    const advice = isPublic
      ? 'the public API requires https.'
      : 'anyone on the network path can read the API token. For a host of your own, set dangerouslyAllowHttp: true.';
    throw new InvalidRequestError(`${name} must be https, not ${url.origin}: ${advice}`);
  }
  let end = url.href.length;
  while (url.href[end - 1] === '/') end--;
  return url.href.slice(0, end);
}

function parseUrl(href: string): URL | undefined {
  try {
    return new URL(href);
  } catch {
    return undefined; // `URL.canParse` doesn't exist in every runtime.
  }
}

function isLoopback(hostname: string): boolean {
  return /^localhost$|\.localhost$|^127\.\d+\.\d+\.\d+$|^\[::1\]$/.test(hostname);
}
