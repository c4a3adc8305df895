import { encodeBase64 } from './base64.ts';
import { nodeCrypto } from './node-crypto.ts';
import type { RawBody } from './raw-body.ts';
import { signedContent, type SigningKey, type VerificationKey } from './signature.ts';

/** HMAC-SHA256 of prefix and body, as base64. */
type Hmac = (prefix: string, body: RawBody) => string | Promise<string>;

const label = 'v1,';

/** Verifies `v1` signatures with a shared secret. */
export function hmacVerificationKey(secret: Uint8Array<ArrayBuffer>): VerificationKey {
  const sign = importHmac(secret);
  return {
    matches(prefix, body, signatures) {
      // Computed once, however many signatures it is compared with.
      const expected = sign(prefix, body);
      return typeof expected === 'string'
        ? includes(signatures, expected)
        : expected.then((text) => includes(signatures, text));
    },
  };
}

/** Makes `v1` signatures with a shared secret. */
export function hmacSigningKey(secret: Uint8Array<ArrayBuffer>): SigningKey {
  const sign = importHmac(secret);
  return async (prefix, body) => label + (await sign(prefix, body));
}

/**
 * Prefers Node's `crypto`. WebCrypto runs everywhere, but is several times slower: it moves even the shortest message to
 * another thread and needs its parts copied together.
 */
export function importHmac(secret: Uint8Array<ArrayBuffer>): Hmac {
  return nodeHmac(secret) ?? webHmac(secret);
}

function nodeHmac(secret: Uint8Array): Hmac | undefined {
  try {
    const node = nodeCrypto();
    if (node === undefined) return undefined;

    const key = node.createSecretKey(secret);
    // Some platforms have the module, but its functions throw: one call finds out.
    node.createHmac('sha256', key).digest();
    return (prefix, body) => {
      const hmac = node.createHmac('sha256', key);
      // Joining short texts costs less than a second call.
      if (typeof body === 'string' && body.length < 1_000) return hmac.update(prefix + body).digest('base64');
      return hmac.update(prefix).update(body).digest('base64');
    };
  } catch {
    return undefined;
  }
}

function webHmac(secret: Uint8Array<ArrayBuffer>): Hmac {
  const key = crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return async (prefix, body) =>
    encodeBase64(new Uint8Array(await crypto.subtle.sign('HMAC', await key, signedContent(prefix, body))));
}

function includes(signatures: readonly string[], expected: string): boolean {
  return signatures.some((signature) => isLabelled(signature, expected));
}

/**
 * Whether a signature is the label and this text. Takes the same time wherever the texts differ, so that its duration
 * reveals nothing about the expected one.
 */
function isLabelled(signature: string, expected: string): boolean {
  if (signature.length !== label.length + expected.length || !signature.startsWith(label)) return false;
  let difference = 0;
  for (let index = 0; index < expected.length; index++) {
    difference |= expected.charCodeAt(index) ^ signature.charCodeAt(label.length + index);
  }
  return difference === 0;
}
