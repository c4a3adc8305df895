import type { Sandbox, SandboxServer } from '@example/sandbox';

/** Sends a request to the sandbox, with the token and the JSON headers. */
export function call(
  sandbox: Sandbox,
  request: string,
  options: { json?: unknown; headers?: Record<string, string>; token?: string | null; body?: BodyInit } = {},
): Promise<Response> {
  const [method = 'GET', path = '/'] = request.split(' ');
  const token = options.token === undefined ? sandbox.apiToken : options.token;
  const body = options.json === undefined ? options.body : JSON.stringify(options.json);
  return sandbox.fetch(new URL(path, 'https://api.example.com'), {
    method,
    headers: {
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body }),
  });
}

/** The same sandbox, called over real HTTP. */
export function over(server: SandboxServer, sandbox: Sandbox): Sandbox {
  const origin = new URL(server.url).origin;
  return {
    ...sandbox,
    fetch: (input, init) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input);
      return fetch(`${origin}${pathname}${search}`, init);
    },
  };
}

/** The JSON body of a response, or its text. */
export async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return isJson && text !== '' ? JSON.parse(text) : text;
}

export const john = { name: 'John Doe', email: 'john@example.com', password: 'secure_password' };
