import { ConnectionError } from '../errors/index.ts';
import type { Call } from './call.ts';

const mostRedirects = 5;

/**
 * Where to send the call next. A redirect is followed within the origin only, because the token is for that origin,
 * and only if it keeps the method: 301, 302 and 303 may turn a POST into a GET.
 *
 * @param from Where the call was sent to.
 * @param redirects How many were followed before.
 * @throws {ConnectionError} when it may not be followed.
 */
export function followRedirect(call: Call, response: Response, from: string, redirects: number): string {
  const location = response.headers.get('location') ?? '';
  const target = location !== '' && URL.canParse(location, from) ? new URL(location, from) : undefined;
  const problem = !target
    ? 'to an unknown location (browsers hide it)'
    : target.username || target.password
      ? 'to a URL with a user name or password'
      : target.origin !== new URL(from).origin
        ? 'to another origin, where the API token must not go'
        : call.method !== 'GET' && response.status !== 307 && response.status !== 308
          ? 'in a way that would drop its body'
          : redirects >= mostRedirects
            ? `more than ${mostRedirects} times`
            : undefined;
  if (!target || problem) {
    throw new ConnectionError(`The API redirected ${problem}. Check baseUrl.`, call);
  }
  return target.href;
}

/** Whether a response redirects. A browser hides the status of a redirect that it must not follow. */
export function isRedirect({ status, type }: Response): boolean {
  return type === 'opaqueredirect' || [301, 302, 303, 307, 308].includes(status);
}
