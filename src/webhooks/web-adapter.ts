import type { Delivery, WebhookAnswer } from './delivery.ts';
import { bodyAlreadyParsed } from './raw-body.ts';

/** A web-standard request. */
export function fromWebRequest(request: Request): Delivery {
  return {
    method: request.method,
    headers: request.headers,
    async readBody(maxBytes) {
      if (request.bodyUsed) throw bodyAlreadyParsed();
      const chunks: Uint8Array[] = [];
      let length = Number(request.headers.get('content-length')) > maxBytes ? Infinity : 0;
      const reader = request.body?.getReader();
      while (reader) {
        if (length > maxBytes) {
          // Not waited for: the sender may have more to say than we want to hear.
          void reader.cancel().catch(() => undefined);
          return undefined;
        }
        const { done, value } = await reader.read();
        if (done) break;
        chunks.push(value);
        length += value.length;
      }
      return joined(chunks, length);
    },
  };
}

/** The answer as a web-standard response. */
export function toWebResponse({ status, headers }: WebhookAnswer): Response {
  return new Response(null, { status, headers });
}

/** Chunks in one piece. */
export function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks;
  if (first && chunks.length === 1) return first;

  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
