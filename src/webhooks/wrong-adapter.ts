import { InvalidRequestError } from '../errors/invalid-request-error.ts';

/** What a server passes to a handler that is made for another kind of server, and what to write instead. */
const advice: readonly (readonly [recognize: (first: Fields, second: Fields) => boolean, text: string])[] = [
  [isWebRequest, 'This server passes a Request: use webhooks.handler().'],
  [isNodePair, 'This server passes the request and response of node:http: use webhooks.nodeHandler().'],
  [
    ({ raw: request }, { raw: response }) => isNodePair(fields(request), fields(response)),
    "In Fastify, call it before the body is parsed: app.post('/webhooks', { onRequest: (request, reply) => (reply.hijack(), receive(request.raw, reply.raw)) }, () => undefined), where receive = webhooks.nodeHandler().",
  ],
  [
    ({ req }) => isWebRequest(fields(fields(req)['raw'])),
    'In Hono, pass the Request: (context) => receive(context.req.raw), where receive = webhooks.handler().',
  ],
  [
    ({ raw }) => isWebRequest(fields(raw)),
    'In Hono, pass the Request: (context) => receive(context.req.raw), where receive = webhooks.handler().',
  ],
  [
    ({ req }) => isWebRequest(fields(req)),
    'In h3, pass the Request: (event) => receive(event.req), where receive = webhooks.handler().',
  ],
  // An event of h3 2 has `node`, too, and one of h3 1 has `req` and `res`.
  [
    ({ node }) => isNodePair(fields(fields(node)['req']), fields(fields(node)['res'])),
    'In h3 and Nuxt, pass a Request: (event) => receive(toWebRequest(event)), where receive = webhooks.handler().',
  ],
  [
    ({ req, res }) => isNodePair(fields(req), fields(res)),
    'In Koa, pass the request and response of node:http: context.respond = false; await receive(context.req, context.res), where receive = webhooks.nodeHandler().',
  ],
  [
    ({ request }) => isWebRequest(fields(request)),
    'This framework passes an event that has the Request: ({ request }) => receive(request), where receive = webhooks.handler().',
  ],
  [
    (event) => 'isBase64Encoded' in event || 'requestContext' in event,
    "In AWS Lambda, use webhooks.receive(Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'), headers).",
  ],
];

/** The error for arguments that an adapter is not made for. It says which one is, if the server can be recognized. */
export function wrongAdapter(expected: string, first: unknown, second: unknown): InvalidRequestError {
  const [, text] = advice.find(([recognize]) => recognize(fields(first), fields(second))) ?? [];
  const fallback = 'In any other server, pass body and headers to webhooks.receive().';
  return new InvalidRequestError(`${expected} ${text ?? fallback}`);
}

/** Whether this is a `Request`, of the runtime or of a library. */
export function isWebRequest({ method, headers, arrayBuffer }: Fields): boolean {
  return (
    typeof method === 'string' && typeof fields(headers)['get'] === 'function' && typeof arrayBuffer === 'function'
  );
}

/** Whether these are the request and response of `node:http`, or what extends them. */
export function isNodePair(request: Fields, response: Fields): boolean {
  return typeof request['on'] === 'function' && typeof response['end'] === 'function';
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a value of any type. */
export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
