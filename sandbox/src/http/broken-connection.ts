/** Part of a response, after which the connection breaks. */
export interface PartialResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly sent: Uint8Array<ArrayBuffer>;
  /** Size of the whole body, in bytes. */
  readonly total: number;
}

/** The connection breaks, before or in the middle of a response. The transport carries it out. */
export class BrokenConnection extends Error {
  /** What is sent first; `undefined` when nothing is. */
  readonly partial: PartialResponse | undefined;

  constructor(partial?: PartialResponse) {
    super('The connection broke.');
    this.partial = partial;
  }
}

/** Fails as `fetch` does when a connection breaks, and with any other error as it is. */
export function failAsFetch(error: unknown): Response {
  if (!(error instanceof BrokenConnection)) throw error;
  const { partial } = error;
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  if (partial === undefined) throw new TypeError('fetch failed', { cause });

  const { status, sent, total } = partial;
  const headers = new Headers(partial.headers);
  headers.set('Content-Length', String(total));
  let pulls = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(sent);
      else controller.error(new TypeError('terminated', { cause }));
    },
  });
  return new Response(body, { status, headers });
}
