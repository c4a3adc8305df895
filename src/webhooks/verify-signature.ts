import { InvalidRequestError } from '../errors/invalid-request-error.ts';
import { record } from '../utils/options.ts';
import { parseHeaders, type WebhookHeaders } from './headers.ts';
import { rawBody, type RawBody, type WebhookBody } from './raw-body.ts';
import { verificationKeys, type WebhookSecret } from './secrets.ts';
import { signedPrefix, type VerificationKey } from './signature.ts';
import { timeOf } from './time-of.ts';
import { WebhookVerificationError } from './verification-error.ts';

/** Options of {@link verifyWebhook}, {@link verifySignature} and their synchronous forms. */
export interface VerifyWebhookOptions {
  /** How far the time of the attempt may be from now, before or after, in seconds. Default: 300. */
  tolerance?: number | undefined;
  /** The current time. Default: the system clock. */
  now?: Date | undefined;
}

/** One attempt to deliver an event, verified to come from the API. */
export interface WebhookAttempt {
  /** The `webhook-id` of the event. It is the same for every attempt. */
  readonly id: string;
  /** When the sender made this attempt. */
  readonly attemptedAt: Date;
}

/**
 * Verifies that a request is signed with the secret and is recent, whatever its body contains. For events, use
 * {@link verifyWebhook}, which also parses them.
 *
 * @throws {WebhookVerificationError} when the request can't be trusted; `code` and `message` say why.
 * @throws {InvalidRequestError} when an option is invalid.
 * @see https://www.standardwebhooks.com
 */
export async function verifySignature(
  body: WebhookBody,
  headers: WebhookHeaders,
  secret: WebhookSecret,
  options?: VerifyWebhookOptions,
): Promise<WebhookAttempt> {
  const { attempt, matches } = checkRequest(body, headers, secret, options);
  return accepted(attempt, typeof matches === 'boolean' ? matches : await matches);
}

/**
 * The same as {@link verifySignature}, synchronously. It needs `node:crypto`, which Node, Bun and Deno have.
 *
 * @throws {WebhookVerificationError} when the request can't be trusted; `code` and `message` say why.
 * @throws {InvalidRequestError} when an option is invalid, or when the runtime has no `node:crypto`.
 */
export function verifySignatureSync(
  body: WebhookBody,
  headers: WebhookHeaders,
  secret: WebhookSecret,
  options?: VerifyWebhookOptions,
): WebhookAttempt {
  const { attempt, matches } = checkRequest(body, headers, secret, options);
  if (typeof matches === 'boolean') return accepted(attempt, matches);
  matches.catch(() => undefined);
  throw new InvalidRequestError(
    'This runtime has no node:crypto, and WebCrypto is asynchronous: await verifyWebhook() or verifySignature() instead.',
  );
}

/** Checks everything but the signatures, and begins with these. */
function checkRequest(
  body: WebhookBody,
  headers: WebhookHeaders,
  secret: WebhookSecret,
  options: VerifyWebhookOptions = {},
): { attempt: WebhookAttempt; matches: boolean | Promise<boolean> } {
  record('options', options);
  const tolerance = checkTolerance(options.tolerance);
  const now = checkNow(options.now);
  const keys = verificationKeys(secret);
  const raw = rawBody(body);
  const { id, timestamp, signatures } = parseHeaders(headers);
  const seconds = Number(timestamp);
  checkTimestamp(seconds, now / 1_000, tolerance);
  return {
    attempt: { id, attemptedAt: new Date(seconds * 1_000) },
    matches: anyMatches(keys, signedPrefix(id, timestamp), raw, signatures),
  };
}

/** Tries the keys one after the other, without a promise where none is needed. */
function anyMatches(
  keys: readonly VerificationKey[],
  prefix: string,
  body: RawBody,
  signatures: readonly string[],
): boolean | Promise<boolean> {
  for (const key of keys) {
    const matches = key.matches(prefix, body, signatures);
    if (matches === true) return true;
    if (matches === false) continue;
    const others = keys.slice(keys.indexOf(key) + 1);
    return matches.then((found) => found || anyMatches(others, prefix, body, signatures));
  }
  return false;
}

function accepted(attempt: WebhookAttempt, matches: boolean): WebhookAttempt {
  if (matches) return attempt;
  throw new WebhookVerificationError(
    'no_matching_signature',
    'No signature matches. Check that you use the secret of this endpoint and pass the body exactly as received.',
  );
}

/**
 * Returns the tolerance in seconds. Default: 300.
 *
 * @throws {InvalidRequestError} when it is not a number of seconds, 0 or more.
 */
export function checkTolerance(tolerance = 300): number {
  if (typeof tolerance === 'number' && tolerance >= 0) return tolerance;
  throw new InvalidRequestError('tolerance must be a number of seconds, 0 or more.');
}

/** Returns the time in epoch milliseconds. */
function checkNow(now?: Date): number {
  if (now === undefined) return Date.now();
  const time = timeOf(now);
  if (Number.isFinite(time)) return time;
  throw new InvalidRequestError('now must be a valid Date.');
}

function checkTimestamp(timestamp: number, now: number, tolerance: number): void {
  const age = Math.floor(now) - timestamp;
  if (Math.abs(age) <= tolerance) return;

  const [code, relation] =
    age > 0 ? (['timestamp_too_old', 'old'] as const) : (['timestamp_too_new', 'ahead'] as const);
  throw new WebhookVerificationError(
    code,
    `The webhook is ${Math.abs(age)} s ${relation}; the tolerance is ${tolerance} s. If it was sent just now, correct the clock of this machine.`,
  );
}
