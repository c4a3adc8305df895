import type { RecordedRequest } from '../../state/recorded-request.ts';

/** Headers that clients set by themselves. */
const automaticHeaders =
  /^(host|connection|content-length|accept|accept-encoding|accept-language|user-agent|transfer-encoding|cache-control|pragma|origin|referer|cookie|sec-.*|idempotency-key)$/;

/** A command that sends a request again, with the token from the environment. */
export function asCurl(request: RecordedRequest, origin: string): string {
  const { method, target, headers } = request;
  const isDefault = method === (request.body === undefined ? 'GET' : 'POST');
  const verb = method === 'HEAD' ? '--head ' : isDefault ? '' : `--request ${shellWord(method)} `;
  // A target such as `//evil.example` is part of a path here. Resolved, it would be a host, which got the token.
  const parts = [`curl ${verb}${shellWord(`${origin}${target}`)}`];
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'authorization') parts.push('--header "Authorization: Bearer $EXAMPLE_API_TOKEN"');
    else if (name === 'idempotency-key' || !automaticHeaders.test(name)) {
      parts.push(`--header ${shellWord(`${name}: ${value}`)}`);
    }
  }
  if (request.body !== undefined) {
    const text = typeof request.body === 'string' ? request.body : JSON.stringify(request.body);
    parts.push(`--data-raw ${shellWord(text)}`);
  }
  return parts.join(' \\\n  ');
}

/** The first command to try. */
export const firstCurl = (origin: string, apiToken: string) =>
  `curl -H 'Authorization: Bearer ${apiToken}' \\\n  '${origin}/v1/projects?per_page=2'`;

function shellWord(text: string): string {
  return /^[\w./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export function asSdkCall(request: RecordedRequest): string {
  const { method, path, query, body, headers } = request;
  const key = headers['idempotency-key'];
  const options = key === undefined ? '' : `, { idempotencyKey: ${literal(key)} }`;
  const isRead = method === 'GET' || method === 'HEAD';

  const [, id] = /^\/v1\/users\/([^/]+)$/.exec(path) ?? [];
  if (isRead && id !== undefined) return `await client.users.get(${literal(decoded(id))});`;
  if (isRead && path === '/v1/projects') return `await client.projects.list(${parameters(query)});`;
  if (method === 'POST' && path === '/v1/users') return `await client.users.create(${literal(body ?? {})}${options});`;

  const more = {
    ...(Object.keys(query).length > 0 && { query }),
    ...(body !== undefined && { body }),
    ...(key !== undefined && { idempotencyKey: key }),
  };
  const rest = Object.keys(more).length > 0 ? `, ${literal(more)}` : '';
  return `await client.request(${literal(method)}, ${literal(path.replace(/^\/v1(?=\/)/, ''))}${rest});`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Numbers where the SDK takes numbers. */
function parameters(query: Readonly<Record<string, string>>): string {
  const values = Object.entries(query).map(([name, value]) => [
    name,
    /^(page|per_page)$/.test(name) && /^\d{1,9}$/.test(value) ? Number(value) : value,
  ]);
  return values.length === 0 ? '' : literal(Object.fromEntries(values));
}

const literal = (value: unknown): string => JSON.stringify(value, null, 2);
