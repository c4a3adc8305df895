import { apiError, type APIError, type RequestTarget } from '../errors/index.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';
import type { Secrets } from '../auth/redaction.ts';

/** More of an error's body is neither read nor kept. */
const longestErrorBody = 64 * 1024;
const longestMessage = 500;

/** The body of a success, or the beginning of the body of anything else. */
export async function readText(response: Response): Promise<string> {
  // node-fetch's body is a stream of Node's, which can't be read in part.
  if (response.ok || typeof response.body?.getReader !== 'function') return response.text();

  let text = '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  try {
    while (text.length < longestErrorBody) {
      const { done, value } = await reader.read();
      if (done) return text;
      text += decoder.decode(value.subarray(0, longestErrorBody), { stream: true });
    }
  } catch {
    return text; // The status is known, and says more than the broken body.
  }
  reader.cancel().catch(() => undefined);
  return text;
}

/** JSON, or `undefined` where it is none; JSON itself has no `undefined`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The typed error for an answer that is not a success, whether or not its body is the documented one. */
export function errorOf(
  response: Response,
  text: string,
  site: RequestTarget,
  secrets: Secrets,
  retryAfter: number | undefined,
): APIError {
  const body = parseJson(text);
  const error = isRecord(body) ? (body['error'] ?? body) : undefined;
  const { code, message = error, details } = isRecord(error) ? error : {};
  return apiError({
    method: site.method,
    path: site.path,
    status: response.status,
    message: shorten(
      secrets.redact(typeof message === 'string' && message !== '' ? message : undocumented(response, site, text)),
    ),
    code: typeof code === 'string' ? secrets.redactName(code) : undefined,
    details: isRecord(details) ? (secrets.redactJson(details) as Record<string, unknown>) : undefined,
    headers: secrets.redactHeaders(response.headers),
    rateLimit: parseRateLimit(response.headers),
    retryAfter: retryAfter === undefined ? undefined : Math.ceil(retryAfter / 1000),
  });
}

function undocumented(
  { status, statusText, headers }: Response,
  { method, path }: RequestTarget,
  text: string,
): string {
  const type = headers.get('content-type')?.split(';', 1)[0];
  const reason = statusText ? ` ${statusText}` : '';
  return `${method} ${path} was answered ${status}${reason}, ${type ? `with ${type}` : text === '' ? 'without a body' : 'with a body of no type'} instead of the API's error.`;
}

function shorten(text: string): string {
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
