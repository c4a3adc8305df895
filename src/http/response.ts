import type { StandardSchemaV1 } from '@standard-schema/spec';
import { redactorOf, shownResponse, shownUrl } from '../utils/redaction.ts';
import {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  ResponseValidationError,
  UnprocessableEntityError,
  type CallErrorInit,
  type ValidationIssue,
} from '../errors/index.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';
import { describeIssues, isOfOtherType } from '../utils/standard-schema.ts';
import { isRecord, parseJson } from '../utils/values.ts';
import type { Exchange } from './api-promise.ts';
import type { Call } from './call.ts';

/**
 * Reads a successful response. Its value is the schema's output, or the JSON if there is no schema or the body differs
 * from it; `undefined` if the body is empty and there is no schema; absent if the caller reads the body.
 *
 * @param reporter Gets the differences, with `responseValidation: 'warn'`.
 * @throws {ResponseValidationError} when the body can't be used, or differs from its schema with `'throw'`.
 */
export async function decode<T>(
  call: Call,
  { response, text }: { readonly response: Response; readonly text?: string },
  reporter: { onIssues(issues: readonly ValidationIssue[]): void } | undefined,
): Promise<Exchange<T>> {
  if (text === undefined) return { response };
  const { schema, acceptsBody = isObject, responseValidation } = call;
  const body = parseJson(text);
  const invalid = (problem: string, issues: readonly ValidationIssue[] = []) => {
    const redacted = redactorOf(call).redactJson(body === undefined ? text : body);
    const { status } = response;
    return new ResponseValidationError(problem, { ...errorInit(call), status, issues, body: redacted });
  };
  if (body === undefined && text !== '')
    throw invalid(isHtml(text) ? 'The body is HTML, not JSON: check baseUrl.' : 'The body is not JSON.');
  // The caller says what the type is. The SDK's own schemas are those of its types.
  if (!schema) return { response, value: body as T };

  const result = responseValidation === 'off' ? { issues: [] } : await validate(schema, body);
  if (!result.issues) return { response, value: result.value as T };
  // A path may contain field names of the body. Redaction keeps the shape of what it gets.
  const issues = redactorOf(call).redactJson(describeIssues(result.issues, body)) as ValidationIssue[];
  if (text === '') throw invalid('The body is empty.');
  if (!acceptsBody(body) || result.issues.some(isOfOtherType))
    throw invalid('The body is not what the API documents.', issues);
  if (responseValidation === 'throw') throw invalid(`The body differs from its schema: ${summaryOf(issues)}.`, issues);
  if (responseValidation === 'warn') reporter?.onIssues(issues);
  return { response, value: body as T };
}

async function validate(schema: StandardSchemaV1, body: unknown): Promise<StandardSchemaV1.Result<unknown>> {
  try {
    return await schema['~standard'].validate(body);
  } catch {
    // zod itself throws if there are hundreds of thousands of differences.
    return { issues: [Object.assign({ message: '' }, { code: 'the schema threw an error' })] };
  }
}

/** The first difference, and how many more there are. */
function summaryOf([first, ...more]: readonly ValidationIssue[]): string {
  const place = first?.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('') ?? '';
  const problem = [place.replace(/^\./, ''), first?.message].filter((part) => part).join(': ');
  return more.length === 0 ? problem : `${problem}, and ${more.length} more`;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const maxMessage = 500;

/** How many characters to keep of a body that is not in the API's format. */
const maxExcerpt = 1024;

/** Codes that say that the API doesn't have the path, such as `unknown_path`. */
const unknownPath = /path|route|endpoint/i;
const urlAdvice = ' The API may not have this path, or another server has answered: check baseUrl and the path.';

const errorClasses: Readonly<Record<number, typeof APIError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  422: UnprocessableEntityError,
  429: RateLimitError,
};

/** What an error says about its call. */
export function errorInit(call: Call): CallErrorInit {
  const { method, path, route, attempt } = call;
  return { method, path, route, ...shownResponse(call, call.response), url: attempt > 0 ? shownUrl(call) : undefined };
}

/** Returns the typed error for a failed response. Its body may have any format. `requestedDelay` is milliseconds. */
export function errorFrom(call: Call, response: Response, text: string, requestedDelay: number | undefined): APIError {
  const redactor = redactorOf(call);
  const { status, headers } = response;
  const answer = readErrorBody(text, status);
  const { message, code, details, isForeign } = answer;
  // For a redirect, the location says more than the body.
  const isReadable = status >= 400 && typeof message === 'string' && message !== '';
  const body = isForeign ? redactor.redact(text).slice(0, maxExcerpt) || undefined : undefined;
  const problem = isReadable
    ? redactor.redact(message)
    : redactor.redact(describeUndocumented(response, text, firstLine(body)));
  const isWrongUrl = status === 404 && isUnknownPath(call.route, answer);
  const init = {
    ...errorInit(call),
    status,
    message:
      (problem.length > maxMessage ? `${problem.slice(0, maxMessage)}…` : problem) + (isWrongUrl ? urlAdvice : ''),
    code: typeof code === 'string' ? redactor.redact(code) : undefined,
    // Redaction returns a record for a record.
    details: isRecord(details) ? (redactor.redactJson(details) as Record<string, unknown>) : undefined,
    headers: redactor.redactHeaders(headers),
    body,
    rateLimit: parseRateLimit(headers),
    retryAfter: requestedDelay === undefined ? undefined : Math.ceil(requestedDelay / 1000),
  };
  return isWrongUrl ? new APIError(init) : new (classOf(status))(init);
}

/** A 404 says that a resource is missing only if the path has its id, and the API knows the path. */
function isUnknownPath(route: string, { isForeign, code }: ReturnType<typeof readErrorBody>): boolean {
  return isForeign || !route.includes('{') || unknownPath.test(String(code));
}

function classOf(status: number): typeof APIError {
  return errorClasses[status] ?? (status >= 500 ? InternalServerError : APIError);
}

function isHtml(text: string): boolean {
  return /^\s*</.test(text.slice(0, 1000));
}

/** The first line of a body that contains text. HTML tags are removed. */
function firstLine(body = ''): string {
  const text = (tag: string) => (/^(style|script)\b/i.test(tag) ? '' : tag.slice(tag.indexOf('>') + 1));
  const plain = isHtml(body) ? body.split('<').map(text).join('\n') : body;
  return /\S.*/.exec(plain)?.[0].trimEnd() ?? '';
}

/** Reads the body of an error. `isForeign` if a proxy or a web server wrote it instead of the API. */
function readErrorBody(text: string, status: number) {
  const body = parseJson(text);
  if (!isRecord(body)) return { message: undefined, isForeign: true };
  const { error } = body;
  if (isRecord(error)) {
    const { message, code, details } = error;
    const isForeign = typeof message !== 'string' && typeof code !== 'string';
    return { message: status === 422 ? withDetail(message, details) : message, code, details, isForeign };
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
    const location = headers.get('location')?.split(/[?#]/, 1)[0] ?? 'an unknown location (browsers hide it)';
    return `The API redirected to ${location}. Check baseUrl and the path.`;
  }
  const contentType = headers.get('content-type')?.split(';', 1)[0];
  const body = contentType ?? (text === '' ? 'no body' : 'a body without a content type');
  const reason = statusText ? ` ${statusText}` : '';
  return `Answered ${status}${reason} with ${body} instead of the API's error format${line && `: ${line}`}.`;
}
