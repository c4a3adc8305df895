import { ExampleError } from '../errors/example-error.ts';
import { bodyAlreadyParsed, joinChunks, rawBody } from './raw-body.ts';
import type { WaitUntil, WebhookRequest, WebhookResponse } from './receiver.ts';

/** The part of a Node request that is used: `http.IncomingMessage`, Express's `req`, Fastify's `request.raw`, Koa's `ctx.req`. */
export interface NodeRequest {
  /** HTTP method. */
  readonly method?: string | undefined;
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Whether anything has read from the stream before. */
  readonly readableDidRead?: boolean;
  /** Whether the stream is closed, for any reason. */
  readonly destroyed?: boolean;
  /** The result of a body parser. */
  readonly body?: unknown;
  /** The raw body, if a body parser or a platform keeps it. */
  readonly rawBody?: unknown;
  /** Adds a listener. */
  on(event: string, listener: (chunk: Uint8Array | string) => void): unknown;
  /** Removes a listener. */
  off(event: string, listener: (chunk: Uint8Array | string) => void): unknown;
  /** Discards the rest of the body. */
  resume(): unknown;
}

/** The part of a Node response that is used: `http.ServerResponse`, Express's `res`, Fastify's `reply.raw`, Koa's `ctx.res`. */
export interface NodeResponse {
  /** HTTP status code. */
  statusCode: number;
  /** Whether a response was sent already. */
  readonly headersSent: boolean;
  /** Sets a header of the response. */
  setHeader(name: string, value: string): unknown;
  /** Sends the response. */
  end(): unknown;
}

/** Adapts a request of a Node server, including one whose body was read before. */
export function fromNodeRequest(request: NodeRequest): WebhookRequest {
  return {
    method: request.method,
    headers: request.headers,
    readBody(maxBytes) {
      const kept = [request.rawBody, request.body].find((body) => typeof body === 'string' || ArrayBuffer.isView(body));
      if (kept !== undefined) return rawBody(kept);
      // Some body parsers set `body` to an empty object without reading: only the stream knows.
      if (request.readableDidRead === true) throw bodyAlreadyParsed();
      return readNodeStream(request, maxBytes);
    },
  };
}

/** Sends the response, unless one was sent already. */
export function toNodeResponse(response: NodeResponse, { status, headers }: WebhookResponse): void {
  if (response.headersSent) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end();
}

function readNodeStream(request: NodeRequest, maxBytes: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new ExampleError('The connection closed before the body was complete.'));
    const chunks: Uint8Array[] = [];
    let length = 0;
    const onData = (chunk: Uint8Array | string) => {
      const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
      chunks.push(bytes);
      length += bytes.length;
      if (length > maxBytes) tooLong();
    };
    const tooLong = () => {
      // Discards the rest. The sender then finishes and reads the response.
      request.off('data', onData);
      request.resume();
      resolve(undefined);
    };
    if (request.destroyed === true) fail();
    else if (Number(request.headers['content-length']) > maxBytes) tooLong();
    else {
      request.on('end', () => resolve(joinChunks(chunks)));
      request.on('error', fail);
      request.on('close', fail);
      request.on('data', onData);
    }
  });
}

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
      return readWebStream(request.body.getReader(), announced > maxBytes ? 0 : maxBytes);
    },
  };
}

/** Makes a web-standard response. */
export function toWebResponse({ status, headers }: WebhookResponse): Response {
  return new Response(null, { status, headers });
}

/** Gives `undefined` as soon as there are more than `maxBytes`. */
async function readWebStream(
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
