import { decodeBase64 } from './base64.ts';
import { WebhookVerificationError } from './verification-error.ts';

/**
 * The secret of a webhook endpoint, or several of them while one replaces another. `whsec_…` is a shared secret,
 * `whpk_…` an Ed25519 public key; bare base64 is taken for a shared secret. Accepts `undefined` so that an environment
 * variable can be passed as it is: unset, it is reported as `invalid_secret`.
 */
export type WebhookSecret = string | readonly string[] | undefined;

/** A secret's bytes, and what they are for: `whsec_` or nothing, `whpk_`, `whsk_`. */
export interface ParsedSecret {
  readonly prefix: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes of a public key, and of a private key without or with the public key behind it. */
const ed25519Lengths: Readonly<Record<string, readonly number[]>> = { whpk_: [32], whsk_: [32, 64] };

/** One secret or several, as a list. @throws {WebhookVerificationError} `invalid_secret` if there is none. */
export function listSecrets(secret: WebhookSecret): readonly string[] {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  if (secrets.length > 0 && secrets.every((item) => typeof item === 'string')) return secrets;
  throw invalidSecret(`it is ${secrets.length > 0 ? 'no string' : 'an empty list'}; is EXAMPLE_WEBHOOK_SECRET set`);
}

/** @throws {WebhookVerificationError} `invalid_secret`; the message does not quote it. */
export function parseSecret(secret: string): ParsedSecret {
  const text = secret.trim();
  const prefix = /^wh(?:sec|pk|sk)_/.exec(text)?.[0] ?? '';
  const base64 = text.slice(prefix.length);
  // Padding may be missing.
  const bytes = decodeBase64(base64.padEnd(Math.ceil(base64.length / 4) * 4, '='));
  if (bytes === undefined) throw invalidSecret('it is not base64 behind its prefix (whsec_ or whpk_)');
  if (bytes.length === 0) throw invalidSecret('it is empty; is EXAMPLE_WEBHOOK_SECRET set');

  const lengths = ed25519Lengths[prefix];
  if (lengths && !lengths.includes(bytes.length)) {
    throw invalidSecret(`behind ${prefix} there should be ${lengths.join(' or ')} bytes, not ${bytes.length}`);
  }
  return { prefix, bytes };
}

export function invalidSecret(reason: string): WebhookVerificationError {
  return new WebhookVerificationError('invalid_secret', `The webhook secret can't be used: ${reason}.`);
}
