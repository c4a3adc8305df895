import { InvalidRequestError } from '../errors/invalid-request-error.ts';
import { readHeaders, type WebhookHeaders } from './headers.ts';
import { rawBody, type WebhookBody } from './raw-body.ts';
import { verificationKeys } from './keys.ts';
import type { WebhookSecret } from './secrets.ts';
import { signedHead } from './signed-content.ts';
import { WebhookVerificationError } from './verification-error.ts';

/** How strictly to verify. */
export interface VerifyWebhookOptions {
  /** How far the attempt's time may be from now, before or after, in seconds. Default 300. */
  tolerance?: number | undefined;
  /** What is now. Default: the clock. */
  now?: Date | undefined;
}

/** One attempt to deliver an event, known to come from the API. */
export interface WebhookAttempt {
  /** The event's `webhook-id`; the same each time its delivery is tried. */
  readonly id: string;
  /** When the sender made this attempt. */
  readonly attemptedAt: Date;
}

/**
 * Checks that a request comes from the holder of the secret and is recent, whatever its body is. For events, call
 * {@link verifyWebhook}, which also reads them.
 *
 * @throws {WebhookVerificationError} if it is not to be trusted; `code` and message say why.
 * @see https://www.standardwebhooks.com
 */
export async function verifySignature(
  body: WebhookBody,
  headers: WebhookHeaders,
  secret: WebhookSecret,
  { tolerance, now }: VerifyWebhookOptions = {},
): Promise<WebhookAttempt> {
  const tolerated = checkTolerance(tolerance);
  const keys = verificationKeys(secret);
  const raw = rawBody(body);
  const { id, timestamp, signatures } = readHeaders(headers);
  checkTimestamp(Number(timestamp), (now?.getTime() ?? Date.now()) / 1_000, tolerated);

  const head = signedHead(id, timestamp);
  for (const { version, matches } of keys) {
    const prefix = `${version},`;
    const candidates = signatures.filter((item) => item.startsWith(prefix)).map((item) => item.slice(prefix.length));
    if (candidates.length > 0 && (await matches(head, raw, candidates))) {
      return { id, attemptedAt: new Date(Number(timestamp) * 1_000) };
    }
  }
  throw new WebhookVerificationError(
    'no_matching_signature',
    'No signature matches. Check that the secret is that of this endpoint, and that the body is passed exactly as received.',
  );
}

/** Seconds, 0 or more; 300 if not given. */
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
    `The webhook is ${Math.abs(age)} s ${relation}, and ${tolerance} s are tolerated. If it was sent just now, set this machine's clock.`,
  );
}
