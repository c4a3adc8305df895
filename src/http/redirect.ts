const maxRedirects = 5;

/**
 * Where to send a call next. A redirect is followed within the origin only, because the token is for that origin,
 * and only if it keeps the method: 301, 302 and 303 may turn a POST into a GET.
 *
 * @param from Where the call was sent to.
 * @param redirects How many were followed before.
 * @throws what `error` returns when it may not be followed.
 */
export function followRedirect(
  method: string,
  response: Response,
  from: string,
  redirects: number,
  error: (message: string) => Error,
): string {
  const location = response.headers.get('location') ?? '';
  const target = location !== '' && URL.canParse(location, from) ? new URL(location, from) : undefined;
  const problem = !target
    ? 'to an unknown location (browsers hide it)'
    : target.username || target.password
      ? 'to a URL with a user name or password'
      : target.origin !== new URL(from).origin
        ? 'to another origin, where the API token must not go'
        : method !== 'GET' && response.status !== 307 && response.status !== 308
          ? 'in a way that would drop its body'
          : redirects >= maxRedirects
            ? `more than ${maxRedirects} times`
            : undefined;
  if (!target || problem) throw error(`The API redirected ${problem}. Check baseUrl.`);
  return target.href;
}
