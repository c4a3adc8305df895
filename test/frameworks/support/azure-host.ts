// The part of Azure's host that the library @azure/functions talks to: it registers functions, and calls them with what the
// host makes of an HTTP request. The library knows it as `@azure/functions-core`.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

interface Metadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, { readonly type: string }>>;
}

/** One call of a function, with what the library makes of its arguments and its result. */
interface Invocation {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: unknown): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ returnValue: { http: RpcHttp } }>;
}

interface RpcHttp {
  readonly statusCode: string;
  readonly headers: Record<string, string>;
  readonly body?: { readonly bytes?: Uint8Array; readonly string?: string };
}

const functions = new Map<string, { metadata: Metadata; callback: unknown }>();
let model: { getInvocationModel(context: unknown): Invocation } | undefined;

export const version = '1.0.0';
export const hostVersion = '4.1040.0';
export const workerVersion = '3.12.0';

export function setProgrammingModel(given: typeof model): void {
  model = given;
}

export function registerFunction(metadata: Metadata, callback: unknown): void {
  functions.set(metadata.name, { metadata, callback });
}

export const registerHook = (): undefined => undefined;
export const log = (): undefined => undefined;

/** Serves the registered functions, each on the path of its name. */
export function serve(port: number): void {
  createServer((request, response) => void answer(request, response)).listen(port, '127.0.0.1');
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const registered = functions.get((request.url ?? '').slice(1));
  if (registered === undefined || model === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { metadata, callback } = registered;
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array); // no encoding is set
  const [trigger] = Object.entries(metadata.bindings).find(([, { type }]) => type === 'httpTrigger') ?? [];
  const http = {
    method: request.method,
    url: `http://localhost${request.url ?? ''}`,
    headers: request.headers,
    query: {},
    params: {},
    body: { bytes: Buffer.concat(chunks) },
  };
  const invocation = model.getInvocationModel({
    invocationId: crypto.randomUUID(),
    metadata,
    request: { inputData: [{ name: trigger, data: { http } }], triggerMetadata: {} },
    state: 'invocation',
    log,
  });
  const { context, inputs } = await invocation.getArguments();
  const result = await invocation.invokeFunction(context, inputs, callback);
  const { statusCode, headers, body } = (await invocation.getResponse(context, result)).returnValue.http;
  response.writeHead(Number(statusCode), headers).end(body?.bytes ?? body?.string);
}
