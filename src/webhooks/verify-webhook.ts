import { ExampleError, InvalidRequestError } from '../errors/example-error.ts';
import { isRecord } from '../utils/json.ts';
import { messageOf, withTimeout } from '../utils/user-code.ts';
import { readOptions, throwInvalid } from '../utils/arguments.ts';
import type { WebhookEvent } from './events.ts';
import {
  headerReader,
  lookUp,
  parseHeaders,
  rawBody,
  textOf,
  WebhookVerificationError,
  type RawBody,
  type WebhookBody,
  type WebhookHeaders,
} from './request.ts';
import {
  hmacKeys,
  listSecrets,
  readSecrets,
  type Hmac,
  type UnverifiedWebhook,
  type WebhookSecret,
  type WebhookSecretSource,
} from './secrets.ts';

/** Options of {@link verifyWebhook} and {@link verifyWebhookSync}. */
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

/** A verified event, with the id of its delivery. */
export type VerifiedWebhook = WebhookEvent & {
  /** The `webhook-id`. It is the same for every attempt to deliver the event. An inbox tells events apart by it. */
  readonly id: string;
};

/**
 * Verifies that a webhook comes from the API and is recent, and returns its event.
 *
 * It does not detect replays within `tolerance` and does not validate the fields of the event. {@link Webhooks} does
 * both, and answers as the API expects.
 *
 * @param body The body exactly as received, not parsed.
 * @param headers All headers of the request.
 * @param secret The endpoint's secret from the dashboard, several while you rotate secrets, or a function. Default: the
 * environment variable `EXAMPLE_WEBHOOK_SECRET`.
 * @throws {WebhookVerificationError} when the webhook can't be trusted; `code` and `message` say why.
 * @throws {InvalidRequestError} when an option is invalid, or the arguments are in another order.
 * @see https://www.standardwebhooks.com
 *
 * @example
 * const event = await verifyWebhook(await request.text(), request.headers);
 * if (event.event === 'user.created') await welcome(event.data.email);
 */
export async function verifyWebhook(
  body: WebhookBody,
  headers: WebhookHeaders,
  secret?: WebhookSecretSource,
  options?: VerifyWebhookOptions,
): Promise<VerifiedWebhook> {
  checkOrder(body, headers, secret);
  const given = readVerifyOptions(options);
  const raw = rawBody(body);
  const { id } = await verifySignature(raw, headers, await readSecrets(secret, headers, raw), given);
  return { ...parseEvent(raw), id };
}

/**
 * The same as {@link verifyWebhook}, synchronously. It needs `node:crypto`, which Node, Bun and Deno have, and takes no
 * function as `secret`.
 *
 * @throws {WebhookVerificationError} when the webhook can't be trusted; `code` and `message` say why.
 * @throws {InvalidRequestError} when an option is invalid, or when the runtime has no `node:crypto`.
 */
export function verifyWebhookSync(
  body: WebhookBody,
  headers: WebhookHeaders,
  secret?: WebhookSecret,
  options?: VerifyWebhookOptions,
): VerifiedWebhook {
  checkOrder(body, headers, secret);
  const raw = rawBody(body);
  const attempt = verifySignature(raw, headers, listSecrets(secret), readVerifyOptions(options));
  if (!(attempt instanceof Promise)) return { ...parseEvent(raw), id: attempt.id };
  attempt.catch(() => undefined);
  throw new InvalidRequestError('This runtime has no node:crypto, and WebCrypto is asynchronous: use verifyWebhook().');
}

/** Finds what an untyped program has passed in another order, or as one object. */
function checkOrder(body: unknown, headers: unknown, secret: unknown): void {
  const isBody = typeof headers === 'string' || ArrayBuffer.isView(headers);
  const isSecret = typeof body === 'string' && body.startsWith('whsec_');
  const isOptions = typeof secret === 'object' && !Array.isArray(secret) && secret !== null;
  if (!isBody && !isSecret && !isOptions && !['webhook-id', 'headers'].some((name) => lookUp(body, name))) return;
  throw new InvalidRequestError(
    'The arguments are in another order. Write verifyWebhook(await request.text(), request.headers, secret, options).',
  );
}

/** How far an attempt may be from now: seconds, and epoch milliseconds. */
interface Tolerated {
  readonly tolerance: number;
  readonly now: number;
}

export function readVerifyOptions(options?: VerifyWebhookOptions): Tolerated {
  const { tolerance, now } = readOptions('options', options, ['tolerance', 'now']);
  const time = now === undefined ? Date.now() : timeOf(now);
  if (!Number.isFinite(time)) throwInvalid('a valid Date', 'now', now);
  return { tolerance: checkTolerance(tolerance), now: time };
}

/** Whatever the body contains. It returns a promise only where the runtime has nothing but WebCrypto. */
export function verifySignature(
  body: RawBody,
  headers: WebhookHeaders,
  secrets: readonly string[],
  { tolerance, now }: Tolerated,
): WebhookAttempt | Promise<WebhookAttempt> {
  const keys = hmacKeys(secrets);
  const { id, timestamp, signatures } = parseHeaders(headers);
  const attemptedAt = new Date(Number(timestamp) * 1_000);
  checkAge(attemptedAt, now, tolerance);

  const accept = (matches: boolean): WebhookAttempt => {
    if (matches) return { id, attemptedAt };
    throw new WebhookVerificationError(
      'no_matching_signature',
      'No signature matches. Check that you use the secret of this endpoint and pass the body exactly as received.',
    );
  };
  const matches = anyMatches(keys, signedPrefix(id, timestamp), body, signatures);
  return typeof matches === 'boolean' ? accept(matches) : matches.then(accept);
}

/** The version of the specification's signatures with a shared secret. */
export const signatureVersion = 'v1,';

/** What precedes the body in the signed content. */
export const signedPrefix = (id: string, timestamp: string): string => `${id}.${timestamp}.`;

/** Tries the keys one after the other, without a promise where none is needed. */
function anyMatches(
  [key, ...others]: readonly Hmac[],
  prefix: string,
  body: RawBody,
  signatures: readonly string[],
): boolean | Promise<boolean> {
  if (key === undefined) return false;
  const matches = (expected: string) => signatures.some((signature) => isSignature(signature, expected));
  // Computed once, however many signatures it is compared with.
  const expected = key(prefix, body);
  return typeof expected === 'string'
    ? matches(expected) || anyMatches(others, prefix, body, signatures)
    : expected.then((text) => matches(text) || anyMatches(others, prefix, body, signatures));
}

/**
 * Whether a signature is the version and this text. Takes the same time wherever the texts differ: its duration reveals
 * nothing about the expected one.
 */
function isSignature(signature: string, expected: string): boolean {
  if (signature.length !== signatureVersion.length + expected.length || !signature.startsWith(signatureVersion))
    return false;
  let difference = 0;
  for (let index = 0; index < expected.length; index++) {
    difference |= expected.charCodeAt(index) ^ signature.charCodeAt(signatureVersion.length + index);
  }
  return difference === 0;
}

/** The tolerance in seconds. */
function checkTolerance(tolerance = 300): number {
  if (typeof tolerance === 'number' && tolerance >= 0) return tolerance;
  return throwInvalid('a number of seconds, 0 or more', 'tolerance', tolerance);
}

/** Epoch milliseconds of a date; `NaN` if it is invalid, or no date at all. */
export function timeOf(date: Date): number {
  // Not `instanceof`: test runners such as Jest give each file its own `Date`.
  return Object.prototype.toString.call(date) === '[object Date]' ? date.getTime() : NaN;
}

/** Throws when the attempt is further from now, in epoch milliseconds, than the tolerance, in seconds. */
function checkAge(attemptedAt: Date, now: number, tolerance: number): void {
  const age = Math.floor((now - attemptedAt.getTime()) / 1_000);
  if (Math.abs(age) <= tolerance) return;
  throw new WebhookVerificationError(
    age > 0 ? 'timestamp_too_old' : 'timestamp_too_new',
    `The webhook is ${Math.abs(age)} s ${age > 0 ? 'old' : 'ahead'}; the tolerance is ${tolerance} s. If it was sent just now, correct the clock of this machine.`,
  );
}

/** Parses a verified body. Unknown events and fields are kept: additions to the API break nobody. */
export function parseEvent(body: RawBody): WebhookEvent {
  let event: unknown;
  try {
    event = JSON.parse(typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The parser's own message quotes the body.
    throw invalidPayload('it is not JSON in UTF-8.');
  }
  // Only what identifies an event is required. Its other fields are documented, but may change.
  if (isRecord(event) && typeof event['event'] === 'string') return event as unknown as WebhookEvent;
  throw invalidPayload(
    'it is not a JSON object with a string `event`. Do you use the same secret for other webhooks too?',
  );
}

function invalidPayload(reason: string): WebhookVerificationError {
  return new WebhookVerificationError(
    'invalid_payload',
    `The signature matches, but the body is not an event: ${reason}`,
  );
}

/** What a {@link WebhookVerifier} gets. */
export interface WebhookToVerify extends UnverifiedWebhook {
  /** A secret of the endpoint. If there are several, the verifier is called with one after the other. */
  readonly secret: string;
}

/** What a {@link WebhookVerifier} returns about a genuine webhook. */
export interface WebhookDelivery {
  /** Identifies the event. It must be the same for every attempt, and should be part of what is signed. */
  readonly id: string;
  /** When the attempt was made: a date, or epoch seconds. `tolerance` limits its age. Omit it if none is signed. */
  readonly timestamp?: Date | number | undefined;
}

/**
 * Verifies webhooks that are not signed as Standard Webhooks specifies. It rejects a webhook by throwing an error, or
 * by returning nothing. Compare signatures with a function that takes constant time, such as `timingSafeEqual`.
 */
export type WebhookVerifier = (
  webhook: WebhookToVerify,
) => WebhookDelivery | undefined | Promise<WebhookDelivery | undefined>;

/** Verifies a request with one of the secrets. Throws or rejects if it can't be trusted. */
export type Verify = (
  body: RawBody,
  headers: WebhookHeaders,
  secrets: readonly string[],
) => WebhookAttempt | Promise<WebhookAttempt>;

/** In milliseconds: how long a response waits for a secret, or a verification, of the user's. */
export const userTimeout = 10_000;

/** By the user's verifier; without one, as Standard Webhooks specifies. */
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
      const delivery = await verifier({ ...webhook, secret });
      if (delivery) return attemptOf(delivery, tolerance);
    } catch (error) {
      failure = error;
    }
  }
  if (failure instanceof ExampleError) throw failure;
  const reason = failure === undefined ? 'returned nothing' : `threw an error: ${messageOf(failure)}`;
  throw new WebhookVerificationError('no_matching_signature', `verify() ${reason}`, { cause: failure });
}

function attemptOf({ id, timestamp = new Date() }: WebhookDelivery, tolerance: number): WebhookAttempt {
  const attemptedAt = new Date(typeof timestamp === 'number' ? timestamp * 1_000 : timeOf(timestamp));
  if (typeof id !== 'string' || id === '' || Number.isNaN(attemptedAt.getTime())) {
    throw new InvalidRequestError('verify() must return { id, timestamp }: a text, and a Date or epoch seconds.');
  }
  checkAge(attemptedAt, Date.now(), tolerance);
  return { id, attemptedAt };
}
