import type { RawBody } from './raw-body.ts';

/** What the specification puts before the body when signing: `id.timestamp.` */
export function signedHead(id: string, timestamp: string): string {
  return `${id}.${timestamp}.`;
}

/** Head and body in one piece, for an algorithm that can't take them one after the other. */
export function signedBytes(head: string, body: RawBody): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  if (typeof body === 'string') return encoder.encode(head + body);

  const start = encoder.encode(head);
  const bytes = new Uint8Array(start.length + body.length);
  bytes.set(start);
  bytes.set(body, start.length);
  return bytes;
}
