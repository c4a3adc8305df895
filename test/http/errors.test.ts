import { STATUS_CODES } from 'node:http';
import { describe, expect, it } from 'vitest';
import * as sdk from '@example/sdk';
import { APIError, CallError, ExampleError, type EndpointOptions } from '@example/sdk';
import { apiToken, clientOf, newUser, rejection, serve } from '../support/http-server.ts';
import { budget } from '../support/in-process-api.ts';
import { replying } from '../support/replies.ts';

/** The error of a call that is answered with this. A string is sent as it is, and anything else as JSON. */
async function errorFor(
  status: number,
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
  [route, options]: [route: string, EndpointOptions?] = ['/users/{id}', { params: { id: 'user_123' } }],
): Promise<APIError> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = () => new Response(text, { status, statusText: STATUS_CODES[status] ?? '', headers });
  const error = await rejection(clientOf(replying(answer), { maxRetries: 0 }).request('GET', route, options));
  if (!(error instanceof APIError)) throw error;
  return error;
}

/** A body in the API's error format. */
const documented = (code: string, message = 'A message.') => ({ error: { code, message, details: {} } });

/** The class of each status, by name: none is the class of another. */
const statuses: Record<number, keyof typeof sdk> = {
  ...{ 400: 'BadRequestError', 401: 'AuthenticationError', 403: 'PermissionDeniedError', 404: 'NotFoundError' },
  ...{ 409: 'ConflictError', 422: 'UnprocessableEntityError', 429: 'RateLimitError', 500: 'InternalServerError' },
  ...{ 599: 'InternalServerError', 402: 'APIError', 499: 'APIError' },
};

describe('an APIError', () => {
  it.each(Object.entries(statuses))('of the status %s is a %s', async (status, name) => {
    const error = await errorFor(Number(status), documented('some_code'));

    expect([error.name, error.constructor]).toEqual([name, sdk[name]]);
    for (const base of [APIError, CallError, ExampleError, Error]) expect(error).toBeInstanceOf(base);
    expect(error.message).toMatch(`A message. (${status} GET /users/{id}`);
    for (const other of Object.values(statuses))
      expect(error instanceof (sdk[other] as typeof APIError)).toBe(other === name || other === 'APIError');
  });

  it('holds everything that the API said, and its message what is wrong with the first field', async () => {
    const details = { email: 'must have an @', name: 'must not be empty' };
    const headers = { 'x-request-id': 'req_42', ...budget(100, 7, 1640995200) };
    const error = await errorFor(422, { error: { code: 'invalid_request', message: 'Invalid.', details } }, headers);

    expect(error).toMatchObject({
      ...{ status: 422, code: 'invalid_request', details, requestId: 'req_42' },
      message: 'Invalid. email: must have an @ (422 GET /users/{id})',
      rateLimit: { limit: 100, remaining: 7, reset: 1640995200 },
    });
    expect(error.headers.get('x-request-id')).toBe('req_42');
  });

  it('is safe to log: toJSON omits the headers, the body and the stack', async () => {
    const error = await errorFor(404, documented('not_found', 'Gone.'), { 'set-cookie': 'a=b' });

    const { url } = error;
    const message = `Gone. (404 GET /users/{id}, ${url})`;
    expect(url).toMatch(/^https:\/\/.+\/v1\/users\/user_123$/);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      ...{ name: 'NotFoundError', message, status: 404, code: 'not_found', details: {}, mayHaveTakenEffect: false },
      ...{ method: 'GET', path: '/users/user_123', route: '/users/{id}', url },
    });
    expect(error.stack?.startsWith(`NotFoundError: ${message}\n`)).toBe(true);
  });

  it.each([
    ['a part of a second', { 'retry-after': '1.2' }, 2],
    [
      'nothing, with a window',
      { date: 'Thu, 01 Jan 2026 00:00:10 GMT', ...budget(9, 0, Date.UTC(2026) / 1000 + 40) },
      30,
    ],
    ['nothing', {}, undefined],
  ])('of a 429 has in retryAfter what Retry-After says as %s', async (_, headers, retryAfter) => {
    const error = await errorFor(429, documented('rate_limited'), headers);
    expect(error).toMatchObject({ name: 'RateLimitError', retryAfter });
  });
});

describe('the body of an error that is not the documented one', () => {
  const fallback = "Answered 502 Bad Gateway with application/json instead of the API's error format";
  const page = '<!doctype html><style>p { color: red }</style>\n<title>Bad\ngateway</title>';

  it.each([
    ['HTML', page, `${fallback}: Bad.`],
    ['text', ' \n RBAC: access denied\nrequest 7', `${fallback}: RBAC: access denied.`],
    ['nothing', '', `${fallback}.`],
    ['truncated JSON', '{"error": {"code": "x", "mess', `${fallback}: {"error": {"code": "x", "mess.`],
    ['a list', '[1]', `${fallback}: [1].`],
    ['an error without a message', '{"error": {"code": "broken"}}', `${fallback}.`],
    ['an error that is a string', '{"error": "It broke."}', 'It broke.'],
    ['an error of another shape', '{"message": "It broke."}', 'It broke.'],
    ['fields of other types', '{"error": {"code": 7, "message": "It broke.", "details": "none"}}', 'It broke.'],
    ['a message that is as long as it may be', { error: { message: 'x'.repeat(500) } }, 'x'.repeat(500)],
    ['a message that is too long', { error: { message: 'x'.repeat(501) } }, `${'x'.repeat(500)}…`],
  ])('may be %s: the class is right, and the message is readable', async (_, body, message) => {
    const expected = { name: 'InternalServerError', code: undefined, details: undefined };
    const code = typeof body === 'string' && body.includes('broken') ? 'broken' : undefined;
    expect(await errorFor(502, body)).toMatchObject({
      ...expected,
      ...{ code, message: `${message} (502 GET /users/{id})` },
    });
  });

  it.each([
    ['a body without a content type', '?', ': ?'],
    ['no body', null, ''],
  ])('may be without a type, or missing: %s', async (what, body, said) => {
    const response = new Response(body, { status: 500 });
    response.headers.delete('content-type');
    const message = `Answered 500 with ${what} instead of the API's error format${said}. (500 GET /users/{id})`;
    const { users } = clientOf(
      replying(() => response),
      { maxRetries: 0 },
    );
    expect(await rejection(users.get('1'))).toMatchObject({ message });
  });

  it('has its beginning on the error, without secrets, and not in logs', async () => {
    const body = `upstream connect error: ${JSON.stringify(newUser.password)} ${'x'.repeat(2000)}`;
    const { users } = clientOf(replying(() => new Response(body, { status: 503 })));
    const error = (await rejection(users.create(newUser))) as APIError;

    expect(error.body).toBe(`upstream connect error: "[redacted]" ${'x'.repeat(2000)}`.slice(0, 1024));
    expect(error.message).toContain('upstream connect error: "[redacted]"');
    expect(Object.keys(error)).not.toContain('body');
    for (const other of ['', documented('down')]) expect((await errorFor(503, other)).body).toBeUndefined();
  });

  it.each([
    [JSON.stringify(documented('invalid_request')), 'invalid_request', undefined],
    ['{"error":', undefined, '{"error":'],
  ])(
    'may end early: what it says so far counts, and all of it if the JSON is complete: %s',
    async (text, code, body) => {
      const parts = [new TextEncoder().encode(text)];
      const pull = (controller: ReadableStreamDefaultController) => {
        const part = parts.pop();
        if (part) controller.enqueue(part);
        else controller.error(new TypeError('terminated'));
      };
      const { users } = clientOf(replying(() => new Response(new ReadableStream({ pull }), { status: 422 })));
      expect(await rejection(users.get('user_123'))).toMatchObject({ status: 422, code, body });
    },
  );
});

describe('a 404 is a NotFoundError only about a resource of the API, and otherwise asks to check baseUrl', () => {
  const advice = 'The API may not have this path, or another server has answered: check baseUrl and the path.';
  const none = documented('not_found', 'No such user.');

  it.each<[name: string, what: string, body: unknown, Parameters<typeof errorFor>[3]?, Record<string, string>?]>([
    ['NotFoundError', 'an id', none],
    ['NotFoundError', 'an id, without a code', { error: { message: 'No such user.' } }],
    ['NotFoundError', 'an id, without a message', { error: { code: 'not_found' } }],
    ['APIError', 'a path without a parameter', none, ['/projects']],
    ['APIError', 'an unknown path', documented('unknown_path')],
    ['APIError', 'HTML', '<html>Not Found</html>'],
    ['APIError', 'another shape', { message: 'Cannot GET /users' }],
    ['APIError', 'an empty error', { error: {} }],
  ])('%s: %s', async (name, _, body, call, headers) => {
    const error = await errorFor(404, body, headers, call);
    expect(error).toMatchObject({ name, status: 404 });
    expect(error.message.includes(`${advice} (404 GET`)).toBe(name === 'APIError');
    expect(error.message).toContain(`${error.url})`);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308, 304])('%i is not followed: the token stays where it belongs', async (status) => {
    const other = await serve((_, response) => response.end('{}'));
    const location = `${other.url}/users/1?`;
    const server = await serve((_, response) => response.writeHead(status, { location: location + apiToken }).end());
    const { users } = clientOf(server);
    const message =
      status === 304
        ? "Answered 304 Not Modified with no body instead of the API's error format."
        : `The API redirected to ${location}[redacted]. Check baseUrl and the path.`;

    const expected = (method: string) => ({
      ...{ name: 'APIError', status },
      message: expect.stringContaining(`${message} (${status} ${method} `) as string,
    });
    expect(await rejection(users.get('user_123'))).toMatchObject(expected('GET'));
    expect(await rejection(users.create(newUser))).toMatchObject(expected('POST'));
    expect([server.requests.length, other.requests.length]).toEqual([2, 0]);
  });

  it('that a browser hides is an error that says so', async () => {
    const fields = { ok: { value: false }, status: { value: 0 }, type: { value: 'opaqueredirect' } };
    const { users } = clientOf(replying(() => Object.defineProperties(new Response(null), fields)));
    const message = expect.stringContaining('The API redirected to an unknown location (browsers hide it).') as string;
    expect(await rejection(users.get('user_123'))).toMatchObject({ name: 'APIError', message });
  });
});
