import type { Redactor } from '../auth/redaction.ts';
import { apiError, type APIError, type RequestTarget } from '../errors/index.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';
import { isRecord, parseJson } from '../utils/json.ts';

const longestMessage = 500;

/** The typed error for a response that is not a success, whether or not its body has the documented format. */
export function errorFrom(
  response: Response,
  text: string,
  target: RequestTarget,
  redactor: Redactor,
  retryAfter: number | undefined,
): APIError {
  const body = parseJson(text);
  const error = isRecord(body) ? (body['error'] ?? body) : undefined;
  const { code, message = error, details } = isRecord(error) ? error : {};
  return apiError({
    method: target.method,
    path: target.path,
    route: target.route,
    status: response.status,
    message: shorten(
      redactor.redact(typeof message === 'string' && message !== '' ? message : undocumented(response, text)),
    ),
    code: typeof code === 'string' ? redactor.redact(code) : undefined,
    details: isRecord(details) ? (redactor.redactJson(details) as Record<string, unknown>) : undefined,
    headers: redactor.redactHeaders(response.headers),
    rateLimit: parseRateLimit(response.headers),
    retryAfter: retryAfter === undefined ? undefined : Math.ceil(retryAfter / 1000),
  });
}

function undocumented({ status, statusText, headers }: Response, text: string): string {
  const type = headers.get('content-type')?.split(';', 1)[0];
  const body = type ?? (text === '' ? 'no body' : 'a body without a content type');
  const reason = statusText ? ` ${statusText}` : '';
  return `Answered ${status}${reason} with ${body} instead of the API's error format.`;
}

function shorten(text: string): string {
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
}
