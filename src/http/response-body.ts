/**
 * Limits what `text()` reads of a response. The limit is in bytes of the body as `fetch` returns it, so it holds after
 * decompression: a few kilobytes may unpack to gigabytes.
 *
 * @param excess What to throw when there is more; without it, the rest is left out.
 */
export function limitText(response: Response, limit: number, excess: (() => Error) | undefined): void {
  // Other libraries have streams of Node.js, or only `text()`.
  const body = response.body as ReadableStream<Uint8Array> | AsyncIterable<Uint8Array | string> | null | undefined;
  if (typeof body !== 'object' || body === null || !('getReader' in body || Symbol.asyncIterator in body)) return;
  // Not a new Response, which takes no status above 599.
  Object.defineProperty(response, 'text', { value: () => limitedText(body, limit, excess), configurable: true });
}

async function limitedText(
  body: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array | string>,
  limit: number,
  excess: (() => Error) | undefined,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let room = limit;
  for await (const part of 'getReader' in body ? chunksOf(body) : body) {
    const chunk = typeof part === 'string' ? new TextEncoder().encode(part) : part;
    if (chunk.length > room) {
      if (excess) throw excess();
      return text + decoder.decode(chunk.subarray(0, room));
    }
    room -= chunk.length;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Not every browser can iterate a stream. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined); // It may have failed, which the caller knows.
  }
}
