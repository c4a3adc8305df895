import { ExampleError, InvalidRequestError } from '../errors/example-error.ts';
import { fieldsOf } from '../utils/values.ts';
import { bodyAlreadyParsed, bytesOf, joinChunks, rawBody } from './body.ts';
import { receive, type ReceiverContext, type WebhookRequest, type WebhookResponse } from './receiver.ts';

/** The part of a Node request that the SDK uses. Pass Express's `req`, Fastify's `request.raw` or Koa's `ctx.req`. */
export interface NodeRequest {
  /** HTTP method. */
  readonly method?: string | undefined;
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** True once anything has read from the stream. */
  readonly readableDidRead?: boolean;
  /** True once all of the body was read. */
  readonly readableEnded?: boolean;
  /** True once the stream is closed. */
  readonly destroyed?: boolean;
  /** What a body parser made of the body. */
  readonly body?: unknown;
  /** The raw body, if a body parser or the platform kept it. */
  readonly rawBody?: unknown;
  /** Adds a listener. */
  on(event: string, listener: (chunk: Uint8Array | string) => void): unknown;
  /** Removes a listener. */
  off(event: string, listener: (chunk: Uint8Array | string) => void): unknown;
}

/** The part of a Node response that the SDK uses. Pass Express's `res`, Fastify's `reply.raw` or Koa's `ctx.res`. */
export interface NodeResponse {
  /** HTTP status code. */
  statusCode: number;
  /** True once a response was sent. */
  readonly headersSent: boolean;
  /** Sets a header of the response. */
  setHeader(name: string, value: string): unknown;
  /** Sends the response. */
  end(): unknown;
}

const seeGuide =
  'docs/webhook-servers.md says what to write in each framework. For others, there is webhooks.receive(body, headers).';

/** Receives webhooks from a Node server, even if something else has read the body. */
export function nodeHandler(context: ReceiverContext): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  return (request, response) => {
    if (!isNodePair(request, response)) {
      const takes = 'nodeHandler() takes the request and response of node:http, such as ctx.req and ctx.res in Koa.';
      const advice = isWebRequest(request) ? 'This server passes a Request: use webhooks.handler().' : seeGuide;
      throw new InvalidRequestError(`${takes} ${advice}`);
    }
    return receive(fromNodeRequest(request), context).then((result) => toNodeResponse(response, result));
  };
}

function fromNodeRequest(request: NodeRequest): WebhookRequest {
  return {
    method: request.method,
    headers: request.headers,
    readBody(maxBytes) {
      const kept = [request.rawBody, request.body].find((body) => typeof body === 'string' || ArrayBuffer.isView(body));
      if (kept !== undefined) return rawBody(kept);
      // Some body parsers set `body` to an empty object without reading, so only the stream can tell.
      if (request.readableDidRead === true || request.readableEnded === true) throw bodyAlreadyParsed();
      return readNodeStream(request, maxBytes);
    },
  };
}

/** Sends the response, unless one was already sent. */
function toNodeResponse(response: NodeResponse, { status, headers }: WebhookResponse): void {
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
      const bytes = bytesOf(chunk);
      chunks.push(bytes);
      length += bytes.length;
      if (length <= maxBytes) return;
      // Let the stream flow and drop the rest. The sender then finishes, and reads the response.
      request.off('data', onData);
      resolve(undefined);
    };
    if (request.destroyed === true) fail();
    request.on('end', () => resolve(joinChunks(chunks)));
    request.on('error', fail);
    request.on('close', fail);
    request.on('data', onData);
  });
}

/** Receives webhooks from a server with web-standard requests. */
export function webHandler(context: ReceiverContext): (request: Request, second?: unknown) => Promise<Response> {
  return (request, second) => {
    if (!isWebRequest(request)) {
      const takes = 'handler() takes a Request, such as c.req.raw in Hono.';
      const advice = isNodePair(request, second)
        ? 'This server passes the request and response of node:http: use webhooks.nodeHandler().'
        : seeGuide;
      throw new InvalidRequestError(`${takes} ${advice}`);
    }
    return receive(fromWebRequest(request), context).then((result) => new Response(null, result));
  };
}

function fromWebRequest(request: Request): WebhookRequest {
  return {
    method: request.method,
    headers: request.headers,
    async readBody(maxBytes) {
      if (request.bodyUsed || request.body?.locked === true) throw bodyAlreadyParsed();
      // In a polyfill, `body` may be missing or another kind of stream.
      if (typeof request.body?.getReader !== 'function') return new Uint8Array(await request.arrayBuffer());
      return readWebStream(request.body.getReader(), maxBytes);
    },
  };
}

/** Reads the body. Resolves to `undefined` as soon as it exceeds `maxBytes`. */
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
  // Not awaited, because the sender may never stop.
  void reader.cancel().catch(() => undefined);
  return undefined;
}

/** The error for `webhooks.handler` that was passed to a server instead of `webhooks.handler()`. */
export function adapterNotCalled(name: string): InvalidRequestError {
  return new InvalidRequestError(
    `${name} returns a handler: pass webhooks.${name}() to the server, not webhooks.${name}.`,
  );
}

/** True for a `Request` of the runtime or of a library. */
function isWebRequest(value: unknown): boolean {
  const { method, headers, arrayBuffer } = fieldsOf(value);
  return (
    typeof method === 'string' && typeof fieldsOf(headers)['get'] === 'function' && typeof arrayBuffer === 'function'
  );
}

/** True for a request and response of `node:http`, or of a framework that extends them. */
function isNodePair(request: unknown, response: unknown): boolean {
  return typeof fieldsOf(request)['on'] === 'function' && typeof fieldsOf(response)['end'] === 'function';
}
