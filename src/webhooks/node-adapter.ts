import { ExampleError } from '../errors/example-error.ts';
import type { Delivery, WebhookAnswer } from './delivery.ts';
import { bodyAlreadyParsed, type WebhookBody } from './raw-body.ts';
import { joined } from './web-adapter.ts';

/** What is used of a Node request: `http.IncomingMessage`, that of Express, Fastify's `request.raw`, Koa's `ctx.req`. */
export interface NodeRequest {
  /** HTTP method. */
  readonly method?: string | undefined;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Whether anything has read from the stream. */
  readonly readableDidRead?: boolean;
  /** Whether the stream is closed, for whatever reason. */
  readonly destroyed?: boolean;
  /** What a body parser left. */
  readonly body?: unknown;
  /** The raw body where a body parser or a platform keeps it. */
  readonly rawBody?: unknown;
  /** Adds a listener. */
  on(event: string, listener: (chunk: Uint8Array | string) => void): unknown;
  /** Takes it off again. */
  off(event: string, listener: (chunk: Uint8Array | string) => void): unknown;
  /** Lets the rest of the body flow away. */
  resume(): unknown;
}

/** What is used of a Node response: `http.ServerResponse`, that of Express, Fastify's `reply.raw`, Koa's `ctx.res`. */
export interface NodeResponse {
  /** HTTP status code to answer with. */
  statusCode: number;
  /** Whether something else has answered already. */
  readonly headersSent: boolean;
  /** Sets a header of the answer. */
  setHeader(name: string, value: string): unknown;
  /** Sends the answer. */
  end(): unknown;
}

/** A request of a Node server, also one whose body was read by something in front. */
export function fromNodeRequest(request: NodeRequest): Delivery {
  return {
    method: request.method,
    headers: request.headers,
    readBody(maxBytes) {
      const kept = [request.rawBody, request.body].find(isRaw);
      if (kept !== undefined) return Promise.resolve(kept);
      // Some body parsers set `body` to an empty object without reading: only the stream tells.
      if (request.readableDidRead === true) return Promise.reject(bodyAlreadyParsed());
      return readStream(request, maxBytes);
    },
  };
}

/** Writes the answer to a Node response. */
export function toNodeResponse(response: NodeResponse, { status, headers }: WebhookAnswer): void {
  if (response.headersSent) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end();
}

function readStream(request: NodeRequest, maxBytes: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const take = (chunk: Uint8Array | string) => {
      const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
      chunks.push(bytes);
      length += bytes.length;
      if (length > maxBytes) refuse();
    };
    const refuse = () => {
      // What is still to come is thrown away, so that the sender gets round to reading the answer.
      request.off('data', take);
      request.resume();
      resolve(undefined);
    };
    const fail = () => reject(new ExampleError('The connection ended before the body did.'));

    if (request.destroyed === true) fail();
    else if (Number(request.headers['content-length']) > maxBytes) refuse();
    else {
      request.on('end', () => resolve(joined(chunks, length)));
      request.on('error', fail);
      request.on('close', fail);
      request.on('data', take);
    }
  });
}

function isRaw(body: unknown): body is WebhookBody {
  return typeof body === 'string' || ArrayBuffer.isView(body);
}
