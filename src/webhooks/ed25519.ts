import { decodeBase64, encodeBase64 } from './base64.ts';
import { signedContent, type SigningKey, type VerificationKey } from './signature.ts';
import { WebhookVerificationError } from './verification-error.ts';

/**
 * The most signatures of one header that are tried. A verification costs many times an HMAC, and the sender of the
 * request chooses how many there are. No sender rotates through more keys at a time.
 */
const maxSignatures = 16;

/** What precedes the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, section 7); WebCrypto takes no bare key. */
const pkcs8Prefix = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

/** Verifies `v1a` signatures with a public key. */
export function ed25519VerificationKey(publicKey: Uint8Array<ArrayBuffer>): VerificationKey {
  const key = importKey('raw', publicKey, 'verify');
  return {
    version: 'v1a',
    async matches(prefix, body, signatures) {
      const content = signedContent(prefix, body);
      for (const signature of signatures.slice(0, maxSignatures)) {
        const bytes = decodeBase64(signature);
        if (bytes && (await crypto.subtle.verify('Ed25519', await key, bytes, content))) return true;
      }
      return false;
    },
  };
}

/** Makes `v1a` signatures with the 32-byte seed of a private key. */
export function ed25519SigningKey(seed: Uint8Array): SigningKey {
  const key = importKey('pkcs8', Uint8Array.of(...pkcs8Prefix, ...seed), 'sign');
  return async (prefix, body) => {
    const signature = await crypto.subtle.sign('Ed25519', await key, signedContent(prefix, body));
    return `v1a,${encodeBase64(new Uint8Array(signature))}`;
  };
}

function importKey(format: 'raw' | 'pkcs8', bytes: Uint8Array<ArrayBuffer>, use: KeyUsage): Promise<CryptoKey> {
  const key = crypto.subtle.importKey(format, bytes, 'Ed25519', false, [use]).catch(() => {
    throw new WebhookVerificationError(
      'invalid_secret',
      'The webhook secret is an Ed25519 key, and this runtime does not support Ed25519.',
    );
  });
  // Whoever uses the key gets the rejection. Until then it must not count as unhandled.
  key.catch(() => undefined);
  return key;
}
