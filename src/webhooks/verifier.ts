import { ExampleError, InvalidRequestError } from '../errors/example-error.ts';
import { withTimeout } from '../utils/timing.ts';
import { messageOf } from '../utils/values.ts';
import { textOf, type RawBody } from './body.ts';
import { headerReader, type WebhookHeaders } from './headers.ts';
import { WebhookVerificationError } from './verification-error.ts';
import type { UnverifiedWebhook } from './secrets.ts';
import { checkAge, checkTolerance, timeOf, verifySignature, type WebhookAttempt } from './signature.ts';

/** What a {@link WebhookVerifier} receives. */
export interface WebhookToVerify extends UnverifiedWebhook {
  /** A secret of the endpoint. If there are several, the verifier is called for each until one matches. */
  readonly secret: string;
}

/** What a {@link WebhookVerifier} returns for a genuine webhook. */
export interface VerifiedAttempt {
  /** Identifies the event. It must be the same for every attempt, and should be part of what is signed. */
  readonly id: string;
  /** When the attempt was made: a date, or epoch seconds. `tolerance` limits its age. Omit it if it isn't signed. */
  readonly timestamp?: Date | number | undefined;
}

/**
 * Verifies webhooks that are not signed as Standard Webhooks specifies. To reject a webhook, throw an error or return
 * nothing. Compare signatures in constant time, for example with `timingSafeEqual`.
 */
export type WebhookVerifier = (
  webhook: WebhookToVerify,
) => VerifiedAttempt | undefined | Promise<VerifiedAttempt | undefined>;

/** Verifies a request with one of the secrets. Rejects if it can't be trusted. */
export type Verify = (body: RawBody, headers: WebhookHeaders, secrets: readonly string[]) => Promise<WebhookAttempt>;

/** Milliseconds that a response waits for the user's `secret` function and for the user's verifier. */
export const userTimeout = 10_000;

/** Uses the user's verifier, or else Standard Webhooks. */
export function createVerify(given: number | undefined, verifier: WebhookVerifier | undefined): Verify {
  const tolerance = checkTolerance(given);
  return (body, headers, secrets) => {
    if (!verifier) return verifySignature(body, headers, secrets, { tolerance, now: Date.now() });
    const webhook = { headers: headerReader(headers), body: textOf(body) };
    return withTimeout(verifyBy(verifier, webhook, secrets, tolerance), userTimeout, 'verify()');
  };
}

async function verifyBy(
  verifier: WebhookVerifier,
  webhook: UnverifiedWebhook,
  secrets: readonly string[],
  tolerance: number,
): Promise<WebhookAttempt> {
  let failure: unknown;
  for (const secret of secrets) {
    try {
      const attempt = await verifier({ ...webhook, secret });
      if (attempt) return checkAttempt(attempt, tolerance);
    } catch (error) {
      failure = error;
    }
  }
  if (failure instanceof ExampleError) throw failure;
  const reason = failure === undefined ? 'returned nothing' : `threw an error: ${messageOf(failure)}`;
  throw new WebhookVerificationError('no_matching_signature', `verify() ${reason}`, { cause: failure });
}

function checkAttempt({ id, timestamp = new Date() }: VerifiedAttempt, tolerance: number): WebhookAttempt {
  const attemptedAt = new Date(typeof timestamp === 'number' ? timestamp * 1_000 : timeOf(timestamp));
  if (typeof id !== 'string' || id === '' || Number.isNaN(attemptedAt.getTime())) {
    throw new InvalidRequestError('verify() must return { id, timestamp }: a text, and a Date or epoch seconds.');
  }
  checkAge(attemptedAt, Date.now(), tolerance);
  return { id, attemptedAt };
}
