import { ed25519Signer, ed25519Verifier } from './ed25519.ts';
import { hmac } from './hmac.ts';
import type { RawBody } from './raw-body.ts';
import { invalidSecret, listSecrets, parseSecret, type WebhookSecret } from './secrets.ts';

/** How to check the signatures of one scheme with one secret. */
export interface VerificationKey {
  /** The scheme's name in the signature header. */
  readonly version: 'v1' | 'v1a';
  /** Whether one of the base64 signatures is right. */
  readonly matches: (head: string, body: RawBody, signatures: readonly string[]) => boolean | Promise<boolean>;
}

/** Makes a signature of one scheme with one secret: `version,base64`. */
export type SigningKey = (head: string, body: RawBody) => Promise<string>;

/**
 * Checking an Ed25519 signature costs many times an HMAC, and who sends the request chooses how many there are. No
 * sender rotates through more keys than this at a time.
 */
const MAX_ED25519_SIGNATURES = 16;

/** Enough for every endpoint of a service; a platform with more tenants than that imports some keys again. */
const MAX_REMEMBERED = 1_000;

/** The keys to verify with, each imported once. @throws {WebhookVerificationError} `invalid_secret`. */
export const verificationKeys = /* @__PURE__ */ remembering(importVerificationKey);

/** The keys to sign with, each imported once. @throws {WebhookVerificationError} `invalid_secret`. */
export const signingKeys = /* @__PURE__ */ remembering(importSigningKey);

function importVerificationKey(secret: string): VerificationKey {
  const { prefix, bytes } = parseSecret(secret);
  if (prefix === 'whsk_') throw invalidSecret("whsk_ is the sender's private key; verify with the public one (whpk_)");
  return prefix === 'whpk_' ? ed25519Key(bytes) : hmacKey(bytes);
}

function hmacKey(bytes: Uint8Array<ArrayBuffer>): VerificationKey {
  const sign = hmac(bytes);
  return {
    version: 'v1',
    matches(head, body, signatures) {
      // Computed once, however many signatures there are to compare it with.
      const isAmong = (expected: string) => signatures.some((signature) => constantTimeEqual(expected, signature));
      const expected = sign(head, body);
      return typeof expected === 'string' ? isAmong(expected) : expected.then(isAmong);
    },
  };
}

function ed25519Key(bytes: Uint8Array<ArrayBuffer>): VerificationKey {
  const verify = ed25519Verifier(bytes);
  return {
    version: 'v1a',
    async matches(head, body, signatures) {
      for (const signature of signatures.slice(0, MAX_ED25519_SIGNATURES)) {
        if (await verify(head, body, signature)) return true;
      }
      return false;
    },
  };
}

function importSigningKey(secret: string): SigningKey {
  const { prefix, bytes } = parseSecret(secret);
  if (prefix === 'whpk_') throw invalidSecret('whpk_ is a public key; sign with the private one (whsk_)');

  const [version, sign] = prefix === 'whsk_' ? ['v1a', ed25519Signer(bytes.subarray(0, 32))] : ['v1', hmac(bytes)];
  return async (head, body) => `${version},${await sign(head, body)}`;
}

function remembering<Key>(importKey: (secret: string) => Key): (secret: WebhookSecret) => Key[] {
  const keys = new Map<string, Key>();
  return (secret) =>
    listSecrets(secret).map((text) => {
      const key = keys.get(text) ?? importKey(text);
      keys.set(text, key);
      if (keys.size > MAX_REMEMBERED) keys.clear();
      return key;
    });
}

/** Takes equally long wherever the texts differ, so that the time tells nothing about the expected one. */
function constantTimeEqual(expected: string, given: string): boolean {
  if (expected.length !== given.length) return false;
  let difference = 0;
  for (let index = 0; index < expected.length; index++) {
    difference |= expected.charCodeAt(index) ^ given.charCodeAt(index);
  }
  return difference === 0;
}
