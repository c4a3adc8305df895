import { InvalidRequestError } from '../errors/index.ts';
import { environmentVariable } from '../utils/runtime.ts';

const publicApi = 'https://api.example.com/v1';

/**
 * The base URL to use, without a trailing slash.
 *
 * @param given Default: the environment variable `EXAMPLE_BASE_URL`, or the public API.
 * @param allowHttp Whether a host that is not loopback may use http.
 * @throws {InvalidRequestError} when it is not an absolute URL that is safe to send a token to.
 */
export function resolveBaseUrl(
  given: string | URL = environmentVariable('EXAMPLE_BASE_URL') ?? publicApi,
  allowHttp = false,
): string {
  const href = typeof given === 'string' ? given : String((given as URL | null)?.href);
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (!url || !/^https?:/.test(url.href) || url.username || url.password || /[?#]/.test(url.href)) {
    throw new InvalidRequestError(
      'baseUrl (or EXAMPLE_BASE_URL) must be an absolute https URL without a user name, password, query or fragment.',
    );
  }
  const isAllowed = isLoopback(url.hostname) || (allowHttp && url.hostname !== new URL(publicApi).hostname);
  if (url.protocol === 'http:' && !isAllowed) {
    throw new InvalidRequestError(
      'baseUrl (or EXAMPLE_BASE_URL) must be https: over http, anyone on the network path can read the API token. ' +
        'Only a loopback host such as localhost may use http; dangerouslyAllowHttp allows it for hosts of your own.',
    );
  }
  return url.href.replace(/\/+$/, '');
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
