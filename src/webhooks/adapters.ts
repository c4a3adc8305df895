import { ExampleError, InvalidRequestError } from '../errors/example-error.ts';
import { fieldsOf } from '../utils/json.ts';
import { bodyAlreadyParsed, bytesOf, joinChunks, rawBody } from './body.ts';
import { receive, type ReceiverContext, type WebhookRequest, type WebhookResponse } from './receiver.ts';

/** The part of a Node request that is used: `IncomingMessage`, Express's `req`, Fastify's `request.raw`, Koa's `ctx.req`. */
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
}

/** The part of a Node response that is used: `ServerResponse`, Express's `res`, Fastify's `reply.raw`, Koa's `ctx.res`. */
export interface NodeResponse {
  /** HTTP status code. */
  statusCode: number;
  /** Whether a response was sent already. */
  readonly headersSent: boolean;
  /** Sets a header of the response. */
  setHeader(name: string, value: string): unknown;
  /** Whether the connection is closed. */
  readonly destroyed?: boolean;
  /** Whether the response was handed over to the system. */
  readonly writableFinished?: boolean;
  /** Sends the response. */
  end(): unknown;
  /** Adds a listener. */
  on?(event: string, listener: () => void): unknown;
}

const seeGuide =
  'docs/webhooks.md says what to write in each framework. For others, there is webhooks.receive(body, headers).';

/** Receives from a Node server, including one that has read the body before. */
export function nodeHandler(context: ReceiverContext): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  return (request, response) => {
    if (!isNodePair(request, response)) {
      const takes = 'nodeHandler() takes the request and response of node:http, such as ctx.req and ctx.res in Koa.';
      const advice = isWebRequest(request) ? 'This server passes a Request: use webhooks.handler().' : seeGuide;
      throw new InvalidRequestError(`${takes} ${advice}`);
    }
    const closed = new Promise<void>((resolve) => {
      for (const event of ['finish', 'close']) response.on?.(event, resolve);
    });
    return receive(fromNodeRequest(request), context).then((result) => {
      toNodeResponse(response, result);
      // Some responses that aren't those of a server have no events.
      if (response.on && !response.writableFinished && !response.destroyed) void context.tasks.add(closed);
    });
  };
}

function fromNodeRequest(request: NodeRequest): WebhookRequest {
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
      // The stream flows on and drops the rest, so that the sender finishes and reads the response.
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

/** What Cloudflare Workers pass as the third argument of `fetch`. */
export interface WebhookExecutionContext {
  /** Keeps the worker alive until the work has settled. */
  waitUntil?(work: Promise<unknown>): void;
}

/** Receives from a server with web-standard requests. */
export function webHandler(
  context: ReceiverContext,
): (request: Request, environment?: unknown, execution?: WebhookExecutionContext) => Promise<Response> {
  return (request, environment, execution) => {
    if (!isWebRequest(request)) {
      const takes = 'handler() takes a Request, such as c.req.raw in Hono.';
      const advice = isNodePair(request, environment)
        ? 'This server passes the request and response of node:http: use webhooks.nodeHandler().'
        : seeGuide;
      throw new InvalidRequestError(`${takes} ${advice}`);
    }
    return receive(fromWebRequest(request, execution), context).then((result) => new Response(null, result));
  };
}

function fromWebRequest(request: Request, execution: WebhookExecutionContext | undefined): WebhookRequest {
  return {
    method: request.method,
    headers: request.headers,
    // Other servers pass something else as their third argument, or nothing.
    waitUntil:
      typeof fieldsOf(execution)['waitUntil'] === 'function' ? (work) => execution?.waitUntil?.(work) : undefined,
    async readBody(maxBytes) {
      if (request.bodyUsed || request.body?.locked === true) throw bodyAlreadyParsed();
      // Polyfills have no body, or one that is a stream of another kind.
      if (typeof request.body?.getReader !== 'function') return new Uint8Array(await request.arrayBuffer());
      return readWebStream(request.body.getReader(), maxBytes);
    },
  };
}

/** Resolves to `undefined` as soon as there are more than `maxBytes`. */
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

/** The error for an adapter that was passed to a server without being called: it would return a handler. */
export function adapterNotCalled(name: string): InvalidRequestError {
  return new InvalidRequestError(
    `${name} returns a handler: pass webhooks.${name}() to the server, not webhooks.${name}.`,
  );
}

/** Whether this is a `Request`, of the runtime or of a library. */
function isWebRequest(value: unknown): boolean {
  const { method, headers, arrayBuffer } = fieldsOf(value);
  return (
    typeof method === 'string' && typeof fieldsOf(headers)['get'] === 'function' && typeof arrayBuffer === 'function'
  );
}

/** Whether these are the request and response of `node:http`, or what extends them. */
function isNodePair(request: unknown, response: unknown): boolean {
  return typeof fieldsOf(request)['on'] === 'function' && typeof fieldsOf(response)['end'] === 'function';
}
