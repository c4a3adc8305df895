/** The connection breaks on purpose: at once, or in the middle of an answer. Whoever carries answers acts it out. */
export class BrokenConnection extends Error {
  /** The answer that breaks off; `undefined` where there is none at all. */
  readonly answer: Response | undefined;

  constructor(answer?: Response) {
    super('A fault on demand broke the connection.');
    this.answer = answer;
  }
}

/** What gets through of a body. */
export async function halves(answer: Response): Promise<{ readonly sent: Uint8Array; readonly total: number }> {
  const body = new Uint8Array(await answer.arrayBuffer());
  return { sent: body.subarray(0, Math.floor(body.length / 2)), total: body.length };
}

/** Does what `fetch` does when a connection breaks. */
export async function breakFetch({ answer }: BrokenConnection): Promise<Response> {
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  if (answer === undefined) throw new TypeError('fetch failed', { cause });

  const { sent, total } = await halves(answer);
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
