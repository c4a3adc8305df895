import { STATUS_CODES } from 'node:http';
import { describe, expect, it } from 'vitest';
import {
  APIError,
  AuthenticationError,
  BadRequestError,
  CallError,
  ConflictError,
  ExampleError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from '@example/sdk';
import { clientOf, newUser, rejection, serve } from '../support/http-server.ts';
import { budget, inProcessApi } from '../support/in-process-api.ts';

const json = { 'content-type': 'application/json' };

/** The error of a call that is answered with this. A string is sent as it is, and anything else as JSON. */
async function errorFor(status: number, body: unknown, headers: Record<string, string> = json): Promise<APIError> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const api = inProcessApi(() => new Response(text, { status, statusText: STATUS_CODES[status] ?? '', headers }));
  const error = await rejection(clientOf(api, { maxRetries: 0 }).users.get('user_123'));
  if (!(error instanceof APIError)) throw error;
  return error;
}

const classes: [status: number, typeof APIError][] = [
  [400, BadRequestError],
  [401, AuthenticationError],
  [403, PermissionDeniedError],
  [404, NotFoundError],
  [409, ConflictError],
  [422, UnprocessableEntityError],
  [429, RateLimitError],
  [500, InternalServerError],
  [503, InternalServerError],
  [599, InternalServerError],
  [402, APIError],
  [418, APIError],
];

describe('an APIError', () => {
  it.each(classes)('of the status %i has its own class, or the base class', async (status, errorClass) => {
    const error = await errorFor(status, { error: { code: 'some_code', message: 'A message.' } });

    for (const base of [errorClass, APIError, CallError, ExampleError, Error]) expect(error).toBeInstanceOf(base);
    expect(error.name).toBe(Object.getOwnPropertyDescriptor(errorClass.prototype, 'name')?.value);
    expect(error.constructor).toBe(errorClass);
    expect(error.message).toMatch(`A message. (${status} GET /users/{id}`);
    const others = classes.filter(([, other]) => other !== APIError && other !== errorClass);
    for (const [, other] of others) expect(error).not.toBeInstanceOf(other);
  });

  it('holds everything that the API said, and its message what is wrong with the first field', async () => {
    const details = { email: 'must have an @', name: 'must not be empty' };
    const error = await errorFor(
      422,
      { error: { code: 'invalid_request', message: 'The email is invalid.', details } },
      { 'x-request-id': 'req_42', ...budget(100, 7, 1640995200) },
    );

    expect(error).toMatchObject({
      status: 422,
      code: 'invalid_request',
      message: 'The email is invalid. email: must have an @ (422 GET /users/{id})',
      details,
      requestId: 'req_42',
      rateLimit: { limit: 100, remaining: 7, reset: 1640995200 },
      method: 'GET',
      path: '/users/user_123',
      route: '/users/{id}',
    });
    expect(error.headers.get('x-request-id')).toBe('req_42');
  });

  it('is safe to log: toJSON omits the headers and the stack', async () => {
    const error = await errorFor(404, { error: { code: 'not_found', message: 'Gone.' } }, { 'set-cookie': 'a=b' });

    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'NotFoundError',
      message: expect.stringMatching(/^Gone\. \(404 GET \/users\/\{id\}, https:\S+\/users\/user_123\)$/) as string,
      status: 404,
      code: 'not_found',
      method: 'GET',
      path: '/users/user_123',
      route: '/users/{id}',
      url: expect.stringMatching(/^https:\/\/.+\/users\/user_123$/) as string,
    });
    expect(String(error)).toBe(`NotFoundError: Gone. (404 GET /users/{id}, ${error.url})`);
    expect(error.stack?.startsWith(`${String(error)}\n`)).toBe(true);
  });

  it.each([
    ['seconds', { 'retry-after': '30' }, 30],
    ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:10 GMT', date: 'Thu, 01 Jan 2026 00:00:00 GMT' }, 10],
    ['nothing', {}, undefined],
  ])('of a 429 has in retryAfter what Retry-After says as %s', async (_, headers, retryAfter) => {
    const error = await errorFor(429, { error: { code: 'rate_limited', message: 'Slow down.' } }, headers);

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
    ['null', 'null', `${fallback}: null.`],
    ['an error without a message', '{"error": {"code": "broken"}}', `${fallback}.`],
    ['an error that is a string', '{"error": "It broke."}', 'It broke.'],
    ['an error of another shape', '{"message": "It broke."}', 'It broke.'],
    ['fields of other types', '{"error": {"code": 7, "message": "It broke.", "details": "none"}}', 'It broke.'],
    ['a message that is as long as it may be', { error: { message: 'x'.repeat(500) } }, 'x'.repeat(500)],
    ['a message that is too long', { error: { message: 'x'.repeat(5000) } }, `${'x'.repeat(500)}…`],
  ])('may be %s: the class is right, and the message is readable', async (_, body, message) => {
    const error = await errorFor(502, body);

    expect(error).toBeInstanceOf(InternalServerError);
    expect(error.message).toBe(`${message} (502 GET /users/{id})`);
    expect(error.details).toBeUndefined();
  });

  it('may be missing, with its content type', async () => {
    const server = await serve((_, response) => response.writeHead(404).end());

    expect(await rejection(clientOf(server).users.get('user_123'))).toMatchObject({
      name: 'NotFoundError',
      message: `Answered 404 Not Found with no body instead of the API's error format. (404 GET /users/{id}, ${server.url}/users/user_123)`,
    });
  });

  it('may be problem details (RFC 9457): title, detail and type are its message, details and code', async () => {
    const type = 'https://example.com/problems/plan';
    const detail = 'Only 10 projects are included.';
    const body = { type, title: 'Plan exceeded', status: 403, detail, instance: '/projects/7' };
    const problem = { 'content-type': 'application/problem+json; charset=utf-8' };

    expect(await errorFor(403, body, problem)).toMatchObject({
      name: 'PermissionDeniedError',
      message: 'Plan exceeded: Only 10 projects are included. (403 GET /users/{id})',
      code: type,
      details: { detail, instance: '/projects/7' },
    });
    expect(await errorFor(404, { type: 'about:blank', title: 'Not Found' }, problem)).toMatchObject({
      name: 'NotFoundError',
      message: expect.stringContaining('Not Found (404 GET /users/{id}, https:') as string,
      code: undefined,
    });
  });

  it.each(['<html>Not Found</html>', '{}', '{"error":{}}', '{"message":"Cannot GET /users"}', '[]'])(
    'shows with a 404 that something else has answered, such as the server of a wrong base URL: %s',
    async (body) => {
      const error = await errorFor(404, body);

      expect(error).not.toBeInstanceOf(NotFoundError);
      expect(error).toMatchObject({ name: 'APIError', status: 404 });
      expect(error.message).toContain('Something else than the API may have answered: check baseUrl. (404 GET');
      expect(error.url).toMatch(/^https:\/\/api-\d+\.example\.com\/v1\/users\/user_123$/);
    },
  );
});

it('the beginning of a body that something else wrote is on the error, without secrets, and not in logs', async () => {
  const password = newUser.password;
  const body = `upstream connect error: ${JSON.stringify(password)} ${'x'.repeat(2000)}`;
  const api = inProcessApi(() => new Response(body, { status: 503 }));
  const error = (await rejection(clientOf(api).users.create(newUser))) as APIError;

  expect(error.body).toBe(`upstream connect error: "[redacted]" ${'x'.repeat(2000)}`.slice(0, 1024));
  expect(error.message).toContain('upstream connect error: "[redacted]"');
  expect(JSON.parse(JSON.stringify(error))).not.toHaveProperty('body');
  expect((await errorFor(503, { error: { code: 'down', message: 'Down.' } })).body).toBeUndefined();
});
