import { decodeBase64, encodeBase64 } from './base64.ts';
import type { RawBody } from './raw-body.ts';
import { signedBytes } from './signed-content.ts';
import { WebhookVerificationError } from './verification-error.ts';

/**
 * What PKCS #8 writes before the 32 bytes of an Ed25519 private key (RFC 8410, section 7); WebCrypto takes no bare one.
 */
const PKCS8_HEAD = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);

/** Tells whether a base64 signature of head and body is that of the public key's owner. */
export function ed25519Verifier(
  publicKey: Uint8Array<ArrayBuffer>,
): (head: string, body: RawBody, signature: string) => Promise<boolean> {
  const key = imported('raw', publicKey, 'verify');
  return async (head, body, signature) => {
    const bytes = decodeBase64(signature);
    return bytes !== undefined && crypto.subtle.verify('Ed25519', await key, bytes, signedBytes(head, body));
  };
}

/** Signs head and body with the private key's seed; gives base64. */
export function ed25519Signer(seed: Uint8Array): (head: string, body: RawBody) => Promise<string> {
  const key = imported('pkcs8', Uint8Array.of(...PKCS8_HEAD, ...seed), 'sign');
  return async (head, body) =>
    encodeBase64(new Uint8Array(await crypto.subtle.sign('Ed25519', await key, signedBytes(head, body))));
}

function imported(format: 'raw' | 'pkcs8', bytes: Uint8Array<ArrayBuffer>, use: KeyUsage): Promise<CryptoKey> {
  const key = crypto.subtle.importKey(format, bytes, 'Ed25519', false, [use]).catch(() => {
    throw new WebhookVerificationError(
      'invalid_secret',
      'The webhook secret is an Ed25519 key, which this runtime does not support.',
    );
  });
  // Told to whoever uses the key, not to the process: perhaps nobody does.
  key.catch(() => undefined);
  return key;
}
