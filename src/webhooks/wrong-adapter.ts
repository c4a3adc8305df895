import { InvalidRequestError } from '../errors/invalid-request-error.ts';

/** The error for arguments that an adapter does not take. Users confuse the two; the guide has all else. */
export function wrongAdapter(takes: string, first: unknown, second: unknown): InvalidRequestError {
  const advice = isWebRequest(first)
    ? 'This server passes a Request: use webhooks.handler().'
    : isNodePair(first, second)
      ? 'This server passes the request and response of node:http: use webhooks.nodeHandler().'
      : 'docs/webhooks.md says what to write in each framework. For others, there is webhooks.receive(body, headers).';
  return new InvalidRequestError(`${takes} ${advice}`);
}

/** The error for an adapter that was passed to a server without being called: it would return a handler to the server. */
export function notCalled(name: string): InvalidRequestError {
  return new InvalidRequestError(
    `${name} returns a handler: pass webhooks.${name}() to the server, not webhooks.${name}.`,
  );
}

/** Whether this is a `Request`, of the runtime or of a library. */
export function isWebRequest(value: unknown): boolean {
  const { method, headers, arrayBuffer } = fields(value);
  return (
    typeof method === 'string' && typeof fields(headers)['get'] === 'function' && typeof arrayBuffer === 'function'
  );
}

/** Whether these are the request and response of `node:http`, or what extends them. */
export function isNodePair(request: unknown, response: unknown): boolean {
  return typeof fields(request)['on'] === 'function' && typeof fields(response)['end'] === 'function';
}

/** The fields of a value of any type. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}; // any object has fields
}
