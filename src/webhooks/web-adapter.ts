import { bodyAlreadyParsed, joinChunks } from './raw-body.ts';
import type { WebhookRequest, WebhookResponse } from './receiver.ts';

/** Adapts a web-standard request. */
export function fromWebRequest(request: Request): WebhookRequest {
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
          // Not awaited: the sender may never stop.
          void reader.cancel().catch(() => undefined);
          return undefined;
        }
        const { done, value } = await reader.read();
        if (done) break;
        chunks.push(value);
        length += value.length;
      }
      return joinChunks(chunks, length);
    },
  };
}

/** Makes a web-standard response. */
export function toWebResponse({ status, headers }: WebhookResponse): Response {
  return new Response(null, { status, headers });
}
