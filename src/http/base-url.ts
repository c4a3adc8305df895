import { InvalidRequestError } from '../errors/index.ts';
import { environmentVariable } from '../utils/runtime.ts';

/**
 * The base URL to use, without a trailing slash.
 *
 * @param given Default: the environment variable `EXAMPLE_BASE_URL`, or the public API.
 * @throws {InvalidRequestError} when it is not an absolute URL that is safe to send a token to.
 */
export function resolveBaseUrl(
  given: string | URL = environmentVariable('EXAMPLE_BASE_URL') ?? 'https://api.example.com/v1',
): string {
  const href = typeof given === 'string' ? given : String((given as URL | null)?.href);
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (!url || !/^https?:/.test(url.href) || url.username || url.password || /[?#]/.test(url.href)) {
    throw new InvalidRequestError(
      'baseUrl (or EXAMPLE_BASE_URL) must be an absolute https URL without a user name, password, query or fragment.',
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new InvalidRequestError(
      'baseUrl (or EXAMPLE_BASE_URL) must be https: over http, anyone on the network path can read the API token. ' +
        'Only a loopback host such as localhost may use http.',
    );
  }
  return url.href.replace(/\/+$/, '');
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
