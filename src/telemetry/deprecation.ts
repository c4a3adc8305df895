/**
 * Describes the end of a route that the API announces with `Deprecation` (RFC 9745) or `Sunset` (RFC 8594), such as
 * `GET /users is deprecated as of 2026-01-01.`; `undefined` if it announces none.
 */
export function deprecationOf(route: string, headers: Headers): string | undefined {
  const since = headers.get('deprecation');
  const end = headers.get('sunset');
  if ((since ?? end) === null) return undefined;
  const dates = [
    since === null ? [] : ` is deprecated${day(since, ' as of ')}`,
    end === null ? [] : ` may stop working${day(end, ' on ')}`,
  ];
  // Such as `<https://example.com>; rel="deprecation"`.
  const link = /<([^<>]*)>[^<]*rel="?(?:deprecation|sunset)/i.exec(headers.get('link') ?? '');
  return `${route}${dates.flat().join(' and')}.${link ? ` See ${link[1]}` : ''}`;
}

/** The day in a `Deprecation` (`@1688169599`) or `Sunset` (an HTTP date); empty if it is not a date. */
function day(value: string, word: string): string {
  const time = /^@\d{1,11}$/.test(value) ? Number(value.slice(1)) * 1000 : Date.parse(value);
  return Number.isNaN(time) ? '' : word + new Date(time).toISOString().slice(0, 10);
}
