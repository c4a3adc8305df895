import { redactedUrl, redactorOf, type Redactable } from '../auth/redaction.ts';
import {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
  type CallErrorInit,
  type RequestTarget,
} from '../errors/index.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';
import { responseInfo } from '../telemetry/telemetry.ts';
import { isRecord, parseJson } from '../utils/json.ts';
import type { Call } from './call.ts';

const maxMessage = 500;

/** How many characters to keep of a body that is not in the API's format. */
const maxExcerpt = 1024;

const errorClasses: Readonly<Record<number, typeof APIError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  422: UnprocessableEntityError,
  429: RateLimitError,
};

/** What was read from the body of an error. */
interface ErrorBody {
  readonly message: unknown;
  readonly code?: unknown;
  readonly details?: unknown;
  /** True if a proxy or a web server wrote the body instead of the API. */
  readonly isForeign?: boolean;
}

/** What an error needs to know about its attempt. */
export interface ErrorContext extends Redactable {
  readonly call: Call;
  /** The call, without secrets. */
  readonly target: RequestTarget;
  /** The attempt's response, once its headers have arrived. */
  readonly response?: Response | undefined;
}

export function errorInit(context: ErrorContext): CallErrorInit {
  return { ...context.target, ...responseInfo(context), url: redactedUrl(context) };
}

/** Returns the typed error for a failed response. Its body may have any format. */
export function errorFrom(
  context: ErrorContext,
  response: Response,
  text: string,
  retryAfter: number | undefined,
): APIError {
  const redactor = redactorOf(context);
  const { status, headers } = response;
  const { message, code, details, isForeign = false } = readErrorBody(text, headers.get('content-type') ?? '', status);
  // For a redirect, the location says more than the body.
  const isReadable = status >= 400 && typeof message === 'string' && message !== '';
  const body = isForeign ? redactor.redact(text).slice(0, maxExcerpt) : undefined;
  const problem = isReadable
    ? redactor.redact(message)
    : redactor.redact(describeUndocumented(response, text, firstLine(body)));
  const hint = isForeign && status === 404 ? ' Something else than the API may have answered: check baseUrl.' : '';
  // A 404 that the API didn't write doesn't mean that the resource is missing.
  const documented = status === 404 && isForeign ? APIError : errorClasses[status];
  const errorClass = documented ?? (status >= 500 ? InternalServerError : APIError);
  const init = {
    ...errorInit(context),
    status,
    message: (problem.length > maxMessage ? `${problem.slice(0, maxMessage)}…` : problem) + hint,
    code: typeof code === 'string' ? redactor.redact(code) : undefined,
    // Redaction returns a record for a record.
    details: isRecord(details) ? (redactor.redactJson(details) as Record<string, unknown>) : undefined,
    headers: redactor.redactHeaders(headers),
    body,
    rateLimit: parseRateLimit(headers),
    retryAfter: retryAfter === undefined ? undefined : Math.ceil(retryAfter / 1000),
  };
  return new errorClass(init);
}

export function isHtml(text: string): boolean {
  return /^\s*</.test(text.slice(0, 1000));
}

/** The first line of a body that contains text. HTML tags are removed. */
function firstLine(body = ''): string {
  const text = (tag: string) => (/^(style|script)\b/i.test(tag) ? '' : tag.slice(tag.indexOf('>') + 1));
  const plain = isHtml(body) ? body.split('<').map(text).join('\n') : body;
  return /\S.*/.exec(plain)?.[0].trimEnd() ?? '';
}

function readErrorBody(text: string, contentType: string, status: number): ErrorBody {
  const body = parseJson(text);
  if (!isRecord(body)) return { message: undefined, isForeign: text !== '' };
  const { error } = body;
  if (isRecord(error)) {
    const { message, code, details } = error;
    const isForeign = typeof message !== 'string' && typeof code !== 'string';
    return { message: status === 422 ? withDetail(message, details) : message, code, details, isForeign };
  }
  if (contentType.includes('application/problem+json')) {
    // Problem details (RFC 9457). `type` is a URL; `about:blank` means that there is no specific type.
    const { type, title, detail, status, ...rest } = body;
    const message = [title, detail].filter((each) => typeof each === 'string').join(': ');
    return { message, code: type === 'about:blank' ? undefined : type, details: { ...rest, detail } };
  }
  return { message: error ?? body['message'], code: body['code'], details: body['details'], isForeign: true };
}

/** Appends the first entry of `details` to the message. */
function withDetail(message: unknown, details: unknown): unknown {
  const [field, reason]: unknown[] = isRecord(details) ? (Object.entries(details)[0] ?? []) : [];
  return typeof message === 'string' && typeof reason === 'string' ? `${message} ${String(field)}: ${reason}` : message;
}

const redirects = [301, 302, 303, 307, 308];

function describeUndocumented({ status, statusText, headers, type }: Response, text: string, line: string): string {
  if (redirects.includes(status) || type === 'opaqueredirect') {
    // Following a redirect could send the token or a POST to another server. Browsers hide the status of a redirect.
    const location = headers.get('location') ?? 'an unknown location (browsers hide it)';
    return `The API redirected to ${location}. Check baseUrl and the path.`;
  }
  const contentType = headers.get('content-type')?.split(';', 1)[0];
  const body = contentType ?? (text === '' ? 'no body' : 'a body without a content type');
  const reason = statusText ? ` ${statusText}` : '';
  return `Answered ${status}${reason} with ${body} instead of the API's error format${line && `: ${line}`}.`;
}
