/** A body as `fetch` returns it. Other libraries have streams of Node.js, or none at all. */
type Body = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array | string, undefined>;

/**
 * Limits what `text()` reads of a response. The limit is in bytes of the body as `fetch` returns it, so it holds after
 * decompression: a few kilobytes may unpack to gigabytes.
 */
export class BodyReader {
  /** What was read of the body so far. */
  text = '';

  /** @param excess What to throw when there is more than the limit; without it, the rest is left out. */
  constructor(response: Response, limit: number, excess: (() => Error) | undefined) {
    const body = response.body as Body | null | undefined;
    if (typeof body !== 'object' || body === null || !('getReader' in body || Symbol.asyncIterator in body)) return;
    // Not a new Response, which takes no status above 599.
    Object.defineProperty(response, 'text', { value: () => this.#read(body, limit, excess), configurable: true });
  }

  async #read(body: Body, limit: number, excess: (() => Error) | undefined): Promise<string> {
    const reader = 'getReader' in body ? body.getReader() : readerOf(body);
    const decoder = new TextDecoder();
    let room = limit;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return (this.text += decoder.decode());
      const chunk = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      this.text += decoder.decode(chunk.subarray(0, room), { stream: true });
      if (chunk.length > room) {
        reader.cancel().catch(() => undefined); // It may have failed, which the caller knows.
        if (excess) throw excess();
        return (this.text += decoder.decode());
      }
      room -= chunk.length;
    }
  }
}

/** What reads a stream of Node.js. Not every browser can iterate a stream, so that a reader is the common ground. */
function readerOf(stream: AsyncIterable<Uint8Array | string, undefined>) {
  const iterator = stream[Symbol.asyncIterator]();
  return { read: () => iterator.next(), cancel: async () => iterator.return?.() };
}
