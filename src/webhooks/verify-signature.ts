import { InvalidRequestError } from '../errors/invalid-request-error.ts';
import { parseHeaders, type WebhookHeaders } from './headers.ts';
import { rawBody, type WebhookBody } from './raw-body.ts';
import { verificationKeys, type WebhookSecret } from './secrets.ts';
import { signedPrefix } from './signature.ts';
import { WebhookVerificationError } from './verification-error.ts';

/** Options of {@link verifyWebhook} and {@link verifySignature}. */
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
 * @throws {InvalidRequestError} when `tolerance` is not a number of seconds, 0 or more.
 * @see https://www.standardwebhooks.com
 */
export async function verifySignature(
  body: WebhookBody,
  headers: WebhookHeaders,
  secret: WebhookSecret,
  { tolerance, now }: VerifyWebhookOptions = {},
): Promise<WebhookAttempt> {
  const seconds = checkTolerance(tolerance);
  const keys = verificationKeys(secret);
  const raw = rawBody(body);
  const { id, timestamp, signatures } = parseHeaders(headers);
  checkTimestamp(Number(timestamp), (now?.getTime() ?? Date.now()) / 1_000, seconds);

  const prefix = signedPrefix(id, timestamp);
  for (const { version, matches } of keys) {
    const label = `${version},`;
    const candidates = signatures.filter((item) => item.startsWith(label)).map((item) => item.slice(label.length));
    if (candidates.length > 0 && (await matches(prefix, raw, candidates))) {
      return { id, attemptedAt: new Date(Number(timestamp) * 1_000) };
    }
  }
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
  if (tolerance >= 0) return tolerance;
  throw new InvalidRequestError('tolerance must be a number of seconds, 0 or more.');
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
