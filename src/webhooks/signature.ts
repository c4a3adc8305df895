import { throwInvalid } from '../utils/arguments.ts';
import type { RawBody } from './body.ts';
import { parseHeaders, type WebhookHeaders } from './headers.ts';
import { kindOf } from '../utils/values.ts';
import { WebhookVerificationError } from './verification-error.ts';
import { hmacKeys } from './secrets.ts';

// Standard Webhooks: what is signed, how signatures are compared, and how old an attempt may be.

/** The prefix of signatures with a shared secret. */
export const signatureVersion = 'v1,';

/** What precedes the body in the signed content. */
export const signedPrefix = (id: string, timestamp: string): string => `${id}.${timestamp}.`;

/** One attempt to deliver an event, verified to come from the API. */
export interface WebhookAttempt {
  /** The `webhook-id` of the event. It is the same for every attempt. */
  readonly id: string;
  /** When the sender made this attempt. */
  readonly attemptedAt: Date;
}

/** How far an attempt may be from now: `tolerance` in seconds, and `now` in epoch milliseconds. */
export interface Tolerated {
  readonly tolerance: number;
  readonly now: number;
}

/** Verifies a signature of Standard Webhooks. Rejects if none matches, or the attempt is not recent. */
export async function verifySignature(
  body: RawBody,
  headers: WebhookHeaders,
  secrets: readonly string[],
  { tolerance, now }: Tolerated,
): Promise<WebhookAttempt> {
  const keys = hmacKeys(secrets);
  const { id, timestamp, signatures } = parseHeaders(headers);
  const attemptedAt = new Date(Number(timestamp) * 1_000);
  checkAge(attemptedAt, now, tolerance);

  for (const hmac of keys) {
    // Computed once for all signatures.
    const expected = signatureVersion + (await hmac(signedPrefix(id, timestamp), body));
    if (signatures.some((signature) => isEqual(signature, expected))) return { id, attemptedAt };
  }
  throw new WebhookVerificationError(
    'no_matching_signature',
    'No signature matches. Check that you use the secret of this endpoint and pass the body exactly as received.',
  );
}

/** Compares in constant time: wherever two texts of the same length differ, it takes equally long. */
function isEqual(given: string, expected: string): boolean {
  if (given.length !== expected.length) return false;
  let difference = 0;
  for (let index = 0; index < expected.length; index++) {
    difference |= expected.charCodeAt(index) ^ given.charCodeAt(index);
  }
  return difference === 0;
}

/** Checks the tolerance, in seconds. */
export function checkTolerance(tolerance = 300): number {
  if (typeof tolerance === 'number' && tolerance >= 0) return tolerance;
  return throwInvalid('a number of seconds, 0 or more', 'tolerance', tolerance);
}

/** Epoch milliseconds of a date; `NaN` if it is invalid or not a date. */
export function timeOf(date: Date): number {
  // `instanceof` would fail in test runners such as Jest, which give each file its own `Date`.
  return kindOf(date) === 'Date' ? date.getTime() : NaN;
}

/** Throws if the attempt is further from `now` (epoch milliseconds) than `tolerance` (seconds). */
export function checkAge(attemptedAt: Date, now: number, tolerance: number): void {
  const age = Math.floor((now - attemptedAt.getTime()) / 1_000);
  if (Math.abs(age) <= tolerance) return;
  throw new WebhookVerificationError(
    age > 0 ? 'timestamp_too_old' : 'timestamp_too_new',
    `The webhook is ${Math.abs(age)} s ${age > 0 ? 'old' : 'ahead'}; the tolerance is ${tolerance} s. If it was sent just now, correct the clock of this machine.`,
  );
}
