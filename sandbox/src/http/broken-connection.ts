/** A fault breaks the connection, before or in the middle of a response. The transport carries it out. */
export class BrokenConnection extends Error {
  /** The response that breaks off; `undefined` when nothing is sent. */
  readonly answer: Response | undefined;

  constructor(answer?: Response) {
    super('A fault on demand broke the connection.');
    this.answer = answer;
  }
}

/** The first half of a body, and the size of the whole. */
export async function firstHalf(answer: Response): Promise<{ readonly sent: Uint8Array; readonly total: number }> {
  const body = new Uint8Array(await answer.arrayBuffer());
  return { sent: body.subarray(0, Math.floor(body.length / 2)), total: body.length };
}

/** Fails as `fetch` does when a connection breaks. */
export async function breakAsFetch({ answer }: BrokenConnection): Promise<Response> {
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  if (answer === undefined) throw new TypeError('fetch failed', { cause });

  const { sent, total } = await firstHalf(answer);
  const headers = new Headers(answer.headers);
  headers.set('Content-Length', String(total));
  let pulls = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(sent);
      else controller.error(new TypeError('terminated', { cause }));
    },
  });
  return new Response(body, { status: answer.status, headers });
}
