import type { RawBody } from './raw-body.ts';

/** Verifies the signatures of one scheme with one secret. */
export interface VerificationKey {
  /**
   * Whether one of the signatures, each as `version,base64`, is of this scheme and matches. Returns a promise only where
   * the runtime has nothing but WebCrypto.
   */
  readonly matches: (prefix: string, body: RawBody, signatures: readonly string[]) => boolean | Promise<boolean>;
}

/** Signs with one secret; returns `version,base64`. */
export type SigningKey = (prefix: string, body: RawBody) => Promise<string>;

/** What precedes the body in the signed content: `id.timestamp.` */
export function signedPrefix(id: string, timestamp: string): string {
  return `${id}.${timestamp}.`;
}

/** The signed content in one piece, for algorithms that can't take it in two. */
export function signedContent(prefix: string, body: RawBody): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  if (typeof body === 'string') return encoder.encode(prefix + body);

  const start = encoder.encode(prefix);
  const bytes = new Uint8Array(start.length + body.length);
  bytes.set(start);
  bytes.set(body, start.length);
  return bytes;
}
