import { decodeBase64, encodeBase64 } from './base64.ts';
import { nodeCrypto } from './node-crypto.ts';
import { signedContent, type SigningKey, type VerificationKey } from './signature.ts';
import { WebhookVerificationError } from './verification-error.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const label = 'v1a,';

/** What precedes the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, section 7); WebCrypto takes no bare key. */
const pkcs8Prefix = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

/** Verifies `v1a` signatures with a public key. */
export function ed25519VerificationKey(publicKey: Bytes): VerificationKey {
  const verify = nodeVerify(publicKey) ?? webVerify(publicKey);
  return {
    matches(prefix, body, signatures) {
      const labelled = signatures.filter((signature) => signature.startsWith(label));
      if (labelled.length === 0) return false;
      const content = signedContent(prefix, body);
      const candidates = labelled
        .slice(0, maxSignatures(content.length))
        .flatMap((signature) => decodeSignature(signature.slice(label.length)) ?? []);
      return verify(content, candidates);
    },
  };
}

/** Makes `v1a` signatures with the 32-byte seed of a private key. */
export function ed25519SigningKey(seed: Uint8Array): SigningKey {
  const key = importKey('pkcs8', Uint8Array.of(...pkcs8Prefix, ...seed), 'sign');
  return async (prefix, body) => {
    const signature = await crypto.subtle.sign('Ed25519', await key, signedContent(prefix, body));
    return label + encodeBase64(new Uint8Array(signature));
  };
}

/**
 * The most signatures of one header that are tried. Each costs a hash of the whole content, and the sender of a forged
 * request chooses how many there are: 16, or 2 MB of hashing. Two is what a sender needs to rotate its key.
 */
function maxSignatures(bytes: number): number {
  return Math.min(16, Math.max(2, Math.floor(2_097_152 / bytes)));
}

/** Only what an encoder writes, so that no two texts are the same signature. */
function decodeSignature(text: string): Bytes | undefined {
  const bytes = decodeBase64(text);
  return bytes && encodeBase64(bytes) === text ? bytes : undefined;
}

/** Whether one of the signatures matches the content. */
type Verify = (content: Bytes, signatures: readonly Bytes[]) => boolean | Promise<boolean>;

function nodeVerify(publicKey: Bytes): Verify | undefined {
  try {
    const node = nodeCrypto();
    if (node === undefined) return undefined;

    const x = encodeBase64(publicKey).replaceAll('+', '-').replaceAll('/', '_').replace('=', '');
    const key = node.createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    // Some platforms have the module, but its functions throw: one call finds out.
    node.verify(null, publicKey, key, new Uint8Array(64));
    return (content, signatures) => signatures.some((signature) => node.verify(null, content, key, signature));
  } catch {
    return undefined;
  }
}

function webVerify(publicKey: Bytes): Verify {
  const key = importKey('raw', publicKey, 'verify');
  return async (content, signatures) => {
    for (const signature of signatures) {
      if (await crypto.subtle.verify('Ed25519', await key, signature, content)) return true;
    }
    return false;
  };
}

function importKey(format: 'raw' | 'pkcs8', bytes: Bytes, use: KeyUsage): Promise<CryptoKey> {
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
