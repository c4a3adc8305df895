import { decodeBase64 } from './base64.ts';
import { ed25519SigningKey, ed25519VerificationKey } from './ed25519.ts';
import { hmacSigningKey, hmacVerificationKey } from './hmac.ts';
import type { SigningKey, VerificationKey } from './signature.ts';
import { WebhookVerificationError } from './verification-error.ts';

/**
 * The secret of a webhook endpoint, or several while you rotate secrets. `whsec_…` is a shared secret, `whpk_…` an
 * Ed25519 public key; base64 without a prefix is a shared secret. `undefined` is accepted so that you can pass an
 * environment variable; if it is unset, the error is `invalid_secret`.
 */
export type WebhookSecret = string | readonly string[] | undefined;

interface ParsedSecret {
  readonly prefix: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes of a public key, and of a private key without or with its public key appended. */
const ed25519Lengths: Readonly<Record<string, readonly number[]>> = { whpk_: [32], whsk_: [32, 64] };

/** Enough for every endpoint of a service. A platform with more tenants imports some keys again. */
const maxCachedKeys = 1_000;

/**
 * The keys to verify with; each is imported once.
 *
 * @throws {WebhookVerificationError} when there is no secret or it can't be used: `invalid_secret`.
 */
export const verificationKeys = /* @__PURE__ */ cachedKeys(importVerificationKey);

/**
 * The keys to sign with; each is imported once.
 *
 * @throws {WebhookVerificationError} when there is no secret or it can't be used: `invalid_secret`.
 */
export const signingKeys = /* @__PURE__ */ cachedKeys(importSigningKey);

function importVerificationKey(secret: string): VerificationKey {
  const { prefix, bytes } = parseSecret(secret);
  if (prefix === 'whsk_') throw invalidSecret("whsk_ is the sender's private key; verify with the public key (whpk_).");
  return prefix === 'whpk_' ? ed25519VerificationKey(bytes) : hmacVerificationKey(bytes);
}

function importSigningKey(secret: string): SigningKey {
  const { prefix, bytes } = parseSecret(secret);
  if (prefix === 'whpk_') throw invalidSecret('whpk_ is a public key; sign with the private key (whsk_).');
  return prefix === 'whsk_' ? ed25519SigningKey(bytes.subarray(0, 32)) : hmacSigningKey(bytes);
}

/** Imports each secret once. */
export function cachedKeys<Key>(importKey: (secret: string) => Key): (secret: WebhookSecret) => Key[] {
  const cache = new Map<string, Key>();
  const keyOf = (secret: string): Key => {
    const cached = cache.get(secret);
    if (cached !== undefined) return cached;

    const key = importKey(secret);
    if (cache.size >= maxCachedKeys) cache.clear();
    cache.set(secret, key);
    return key;
  };
  return (secret) => listSecrets(secret).map(keyOf);
}

function listSecrets(secret: WebhookSecret): readonly string[] {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  if (secrets.length > 0 && secrets.every((item) => typeof item === 'string')) return secrets;
  throw invalidSecret(`it is ${secrets.length > 0 ? 'not a string' : 'an empty list'}; is EXAMPLE_WEBHOOK_SECRET set?`);
}

export function parseSecret(secret: string): ParsedSecret {
  const text = secret.trim();
  const prefix = /^wh(?:sec|pk|sk)_/.exec(text)?.[0] ?? '';
  const base64 = text.slice(prefix.length);
  const bytes = decodeBase64(base64);
  if (bytes === undefined) throw invalidSecret('it is not base64, optionally with the prefix whsec_ or whpk_.');
  if (bytes.length === 0) throw invalidSecret('it is empty; is EXAMPLE_WEBHOOK_SECRET set?');

  const lengths = ed25519Lengths[prefix];
  if (lengths && !lengths.includes(bytes.length)) {
    throw invalidSecret(`${prefix} must be followed by ${lengths.join(' or ')} bytes, not ${bytes.length}.`);
  }
  return { prefix, bytes };
}

/** `reason` must not quote the secret. */
function invalidSecret(reason: string): WebhookVerificationError {
  return new WebhookVerificationError('invalid_secret', `The webhook secret can't be used: ${reason}`);
}
