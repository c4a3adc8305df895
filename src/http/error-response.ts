import type { Redactor } from '../auth/redaction.ts';
import { apiError, type APIError, type CallErrorInit } from '../errors/index.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';
import { isRecord, parseJson } from '../utils/json.ts';

const maxMessage = 500;

/** What the body of an error says. */
interface Described {
  readonly message: unknown;
  readonly code?: unknown;
  readonly details?: unknown;
  /** Whether something else than the API has written it, such as a proxy or a web server. */
  readonly isOther?: boolean;
}

/** The typed error for a response that is not a success, whether or not its body has the documented format. */
export function errorFrom(
  response: Response,
  text: string,
  init: CallErrorInit,
  redactor: Redactor,
  retryAfter: number | undefined,
): APIError {
  const { status, headers } = response;
  const { message, code, details, isOther = false } = describe(text, headers.get('content-type') ?? '');
  const readable = typeof message === 'string' && message !== '' ? redactor.redact(message) : undefined;
  const hint = isOther && status === 404 ? ` Something else than the API may have answered: check baseUrl.` : '';
  return apiError({
    ...init,
    status,
    message: shorten(readable ?? redactor.redact(undocumented(response, text))) + hint,
    code: typeof code === 'string' ? redactor.redact(code) : undefined,
    // A record stays one.
    details: isRecord(details) ? (redactor.redactJson(details) as Record<string, unknown>) : undefined,
    headers: redactor.redactHeaders(headers),
    rateLimit: parseRateLimit(headers),
    retryAfter: retryAfter === undefined ? undefined : Math.ceil(retryAfter / 1000),
    isOther,
  });
}

function describe(text: string, contentType: string): Described {
  const body = parseJson(text);
  if (!isRecord(body)) return { message: undefined, isOther: text !== '' };
  const { error } = body;
  if (isRecord(error)) {
    const { message, code, details } = error;
    return { message, code, details, isOther: typeof message !== 'string' && typeof code !== 'string' };
  }
  if (contentType.includes('application/problem+json')) {
    // RFC 9457. What it calls `type` is a URL, or says nothing.
    const { type, title, detail, status, ...rest } = body;
    const message = [title, detail].filter((each) => typeof each === 'string').join(': ');
    return { message, code: type === 'about:blank' ? undefined : type, details: { ...rest, detail } };
  }
  return { message: error ?? body['message'], code: body['code'], details: body['details'], isOther: true };
}

function undocumented({ status, statusText, headers }: Response, text: string): string {
  const type = headers.get('content-type')?.split(';', 1)[0];
  const body = type ?? (text === '' ? 'no body' : 'a body without a content type');
  const reason = statusText ? ` ${statusText}` : '';
  return `Answered ${status}${reason} with ${body} instead of the API's error format.`;
}

function shorten(text: string): string {
  return text.length > maxMessage ? `${text.slice(0, maxMessage)}…` : text;
}
