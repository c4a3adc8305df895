import { encodeBase64 } from './base64.ts';
import { signedBytes } from './signed-content.ts';
import type { RawBody } from './raw-body.ts';

/** HMAC-SHA256 of two parts, one after the other, as base64. */
export type Hmac = (head: string, body: RawBody) => string | Promise<string>;

type NodeCrypto = Pick<typeof import('node:crypto'), 'createHmac' | 'createSecretKey'>;

/**
 * HMAC-SHA256 with the key, which is imported once.
 *
 * WebCrypto runs everywhere, but hands even the shortest message to another thread and needs the parts copied
 * together. Where the runtime has Node's `crypto` as well (Node, Bun, Deno), that is several times as fast.
 */
export function hmac(key: Uint8Array<ArrayBuffer>): Hmac {
  return nodeHmac(key) ?? webHmac(key);
}

function nodeHmac(bytes: Uint8Array): Hmac | undefined {
  // Asked for at run time, so that a bundle for the browser needs no substitute for it.
  const runtime: { process?: { getBuiltinModule?: (id: 'node:crypto') => NodeCrypto | undefined } } = globalThis;
  try {
    const node = runtime.process?.getBuiltinModule?.('node:crypto');
    if (node === undefined) return undefined;

    const key = node.createSecretKey(bytes);
    // Some platforms have the module, but functions in it that only throw: this one call tells.
    node.createHmac('sha256', key).digest();
    return (head, body) => node.createHmac('sha256', key).update(head).update(body).digest('base64');
  } catch {
    return undefined;
  }
}

function webHmac(bytes: Uint8Array<ArrayBuffer>): Hmac {
  const key = crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return async (head, body) =>
    encodeBase64(new Uint8Array(await crypto.subtle.sign('HMAC', await key, signedBytes(head, body))));
}
