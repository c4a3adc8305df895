import { bodyAlreadyParsed, joinChunks } from './raw-body.ts';
import type { WaitUntil, WebhookRequest, WebhookResponse } from './receiver.ts';

/** Adapts a web-standard request. */
export function fromWebRequest(request: Request, waitUntil: WaitUntil | undefined): WebhookRequest {
  return {
    method: request.method,
    headers: request.headers,
    waitUntil,
    async readBody(maxBytes) {
      if (request.bodyUsed || request.body?.locked === true) throw bodyAlreadyParsed();
      // Polyfills have no body, or one that is a stream of another kind.
      if (typeof request.body?.getReader !== 'function') return new Uint8Array(await request.arrayBuffer());
      const announced = Number(request.headers.get('content-length'));
      return readStream(request.body.getReader(), announced > maxBytes ? 0 : maxBytes);
    },
  };
}

/** Makes a web-standard response. */
export function toWebResponse({ status, headers }: WebhookResponse): Response {
  return new Response(null, { status, headers });
}

/** Gives `undefined` as soon as there are more than `maxBytes`. */
async function readStream(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) return joinChunks(chunks);
    chunks.push(value);
    length += value.length;
  }
  // Not awaited: the sender may never stop.
  void reader.cancel().catch(() => undefined);
  return undefined;
}
