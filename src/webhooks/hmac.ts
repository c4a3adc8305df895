import { joinChunks, type RawBody } from './raw-body.ts';

type NodeCrypto = typeof import('node:crypto');

/** HMAC-SHA256 of prefix and body, as base64. It is a promise only where the runtime has nothing but WebCrypto. */
export type Hmac = (prefix: string, body: RawBody) => string | Promise<string>;

/**
 * Prefers Node's `crypto`. WebCrypto runs everywhere, but is several times slower: it moves even the shortest message to
 * another thread and needs its parts copied together.
 */
export function importHmac(secret: Uint8Array<ArrayBuffer>): Hmac {
  return nodeHmac(secret) ?? webHmac(secret);
}

function nodeHmac(secret: Uint8Array): Hmac | undefined {
  try {
    // Looked up at run time: a bundle for the browser needs no substitute. Node, Bun and Deno have it.
    const runtime: { process?: { getBuiltinModule?: (id: 'node:crypto') => NodeCrypto | undefined } } = globalThis;
    const node = runtime.process?.getBuiltinModule?.('node:crypto');
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
  const encoder = new TextEncoder();
  const key = crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return async (prefix, body) => {
    const content = joinChunks([encoder.encode(prefix), typeof body === 'string' ? encoder.encode(body) : body]);
    const hash = await crypto.subtle.sign('HMAC', await key, content);
    return btoa(String.fromCharCode(...new Uint8Array(hash)));
  };
}
