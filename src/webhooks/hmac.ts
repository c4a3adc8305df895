import { encodeBase64 } from './base64.ts';
import type { RawBody } from './raw-body.ts';
import { signedContent, type SigningKey, type VerificationKey } from './signature.ts';

/** HMAC-SHA256 of prefix and body, as base64. */
type Hmac = (prefix: string, body: RawBody) => string | Promise<string>;

type NodeCrypto = Pick<typeof import('node:crypto'), 'createHmac' | 'createSecretKey'>;

/** Verifies `v1` signatures with a shared secret. */
export function hmacVerificationKey(secret: Uint8Array<ArrayBuffer>): VerificationKey {
  const sign = importHmac(secret);
  return {
    version: 'v1',
    matches(prefix, body, signatures) {
      // Computed once, however many signatures it is compared with.
      const expected = sign(prefix, body);
      const isAmong = (text: string) => signatures.some((signature) => constantTimeEqual(text, signature));
      return typeof expected === 'string' ? isAmong(expected) : expected.then(isAmong);
    },
  };
}

/** Makes `v1` signatures with a shared secret. */
export function hmacSigningKey(secret: Uint8Array<ArrayBuffer>): SigningKey {
  const sign = importHmac(secret);
  return async (prefix, body) => `v1,${await sign(prefix, body)}`;
}

/**
 * Prefers Node's `crypto` where the runtime has it (Node, Bun, Deno). WebCrypto runs everywhere, but is several times
 * slower: it moves even the shortest message to another thread and needs its parts copied together.
 */
function importHmac(secret: Uint8Array<ArrayBuffer>): Hmac {
  return nodeHmac(secret) ?? webHmac(secret);
}

function nodeHmac(secret: Uint8Array): Hmac | undefined {
  // Looked up at run time, so that a bundle for the browser needs no substitute.
  const runtime: { process?: { getBuiltinModule?: (id: 'node:crypto') => NodeCrypto | undefined } } = globalThis;
  try {
    const node = runtime.process?.getBuiltinModule?.('node:crypto');
    if (node === undefined) return undefined;

    const key = node.createSecretKey(secret);
    // Some platforms have the module, but its functions throw: one call finds out.
    node.createHmac('sha256', key).digest();
    return (prefix, body) => node.createHmac('sha256', key).update(prefix).update(body).digest('base64');
  } catch {
    return undefined;
  }
}

function webHmac(secret: Uint8Array<ArrayBuffer>): Hmac {
  const key = crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return async (prefix, body) =>
    encodeBase64(new Uint8Array(await crypto.subtle.sign('HMAC', await key, signedContent(prefix, body))));
}

/** Takes the same time wherever the texts differ, so that its duration reveals nothing about the expected one. */
function constantTimeEqual(expected: string, given: string): boolean {
  if (expected.length !== given.length) return false;
  let difference = 0;
  for (let index = 0; index < expected.length; index++) {
    difference |= expected.charCodeAt(index) ^ given.charCodeAt(index);
  }
  return difference === 0;
}
