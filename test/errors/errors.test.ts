import { describe, expect, it } from 'vitest';
import {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ConnectionError,
  ExampleError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  TimeoutError,
  UnprocessableEntityError,
} from '@example/sdk';
import { clientOf, rejection, serve } from '../support/http-server.ts';

const classes: [number, typeof APIError][] = [
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

/** The error of a call that is answered with this. */
async function errorFor(status: number, body: unknown, headers: Record<string, string> = {}): Promise<APIError> {
  const server = await serve((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const error = await rejection(clientOf(server, { maxRetries: 0 }).users.get('user_123'));
  if (!(error instanceof APIError)) throw error;
  return error;
}

describe('the class of an error', () => {
  it.each(classes)('is for status %i the one with that meaning', async (status, errorClass) => {
    const error = await errorFor(status, { error: { code: 'some_code', message: 'A message.' } });

    expect(error).toBeInstanceOf(errorClass);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toBeInstanceOf(ExampleError);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(Object.getOwnPropertyDescriptor(errorClass.prototype, 'name')?.value);
    expect(error.constructor).toBe(errorClass);
    expect(classes.filter(([, other]) => other !== APIError && error instanceof other)).toEqual(
      classes.filter(([, other]) => other !== APIError && other === errorClass),
    );
  });

  it('can be derived from by a user, and then is told apart from the others', () => {
    class MyNotFoundError extends NotFoundError {}
    const init = { status: 404, message: 'Gone', headers: new Headers(), method: 'GET', path: '/' };

    expect(new MyNotFoundError(init)).toBeInstanceOf(NotFoundError);
    expect(new MyNotFoundError(init)).toBeInstanceOf(MyNotFoundError);
    expect(new NotFoundError(init)).not.toBeInstanceOf(MyNotFoundError);
  });

  it('is not given to what is no error of the SDK', () => {
    for (const value of [undefined, null, 404, 'NotFoundError', {}, new Error('404'), { name: 'NotFoundError' }]) {
      expect(value instanceof NotFoundError).toBe(false);
      expect(value instanceof ExampleError).toBe(false);
    }
    expect(new TimeoutError('late', { method: 'GET', path: '/' })).toBeInstanceOf(ConnectionError);
  });
});

describe('what an error tells', () => {
  it('is everything the API said', async () => {
    const error = await errorFor(
      422,
      { error: { code: 'invalid_request', message: 'The email is invalid.', details: { email: 'must have an @' } } },
      {
        'x-request-id': 'req_42',
        'x-ratelimit-limit': '100',
        'x-ratelimit-remaining': '7',
        'x-ratelimit-reset': '1640995200',
      },
    );

    expect(error).toMatchObject({
      status: 422,
      code: 'invalid_request',
      message: 'The email is invalid.',
      details: { email: 'must have an @' },
      requestId: 'req_42',
      rateLimit: { limit: 100, remaining: 7, reset: 1640995200 },
      method: 'GET',
      path: '/users/user_123',
    });
    expect(error.headers.get('x-request-id')).toBe('req_42');
  });

  it('fits in a log: toJSON has no headers and no stack', async () => {
    const error = await errorFor(
      404,
      { error: { code: 'not_found', message: 'No such user.' } },
      { 'set-cookie': 'a=b' },
    );

    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'NotFoundError',
      message: 'No such user.',
      status: 404,
      code: 'not_found',
      method: 'GET',
      path: '/users/user_123',
    });
    expect(String(error)).toBe('NotFoundError: No such user.');
    expect(error.stack).toMatch(/^NotFoundError: No such user\./);
  });
});

describe('a body that is not the documented one', () => {
  const fallback = (status: string, what: string) =>
    `GET /users/user_123 returned ${status} with ${what} instead of the API's error format.`;

  it.each([
    ['HTML', '<html><body>Bad gateway</body></html>', fallback('502 Bad Gateway', 'application/json')],
    ['nothing', '', fallback('502 Bad Gateway', 'application/json')],
    ['truncated JSON', '{"error": {"code": "x", "mess', fallback('502 Bad Gateway', 'application/json')],
    ['a list', '[1]', fallback('502 Bad Gateway', 'application/json')],
    ['null', 'null', fallback('502 Bad Gateway', 'application/json')],
    ['an error without a message', '{"error": {"code": "broken"}}', fallback('502 Bad Gateway', 'application/json')],
    ['an error that is a string', '{"error": "It broke."}', 'It broke.'],
    ['an error of another shape', '{"message": "It broke."}', 'It broke.'],
    ['fields of other types', '{"error": {"code": 7, "message": "It broke.", "details": "none"}}', 'It broke.'],
  ])('%s still gives the right class and a readable message', async (_, body, message) => {
    const error = await errorFor(502, body);

    expect(error).toBeInstanceOf(InternalServerError);
    expect(error.message).toBe(message);
    expect(error.details).toBeUndefined();
  });

  it('keeps what it can of the documented shape', async () => {
    expect(await errorFor(400, { error: { code: 'invalid_request', message: 'No.' } })).toMatchObject({
      code: 'invalid_request',
      details: undefined,
    });
  });

  it('is cut where the message would be long', async () => {
    const error = await errorFor(400, { error: { message: 'x'.repeat(5000) } });

    expect(error.message).toBe(`${'x'.repeat(500)}…`);
  });

  it('is named when there is none, not even a content type', async () => {
    const server = await serve((_, response) => {
      response.writeHead(404);
      response.end();
    });

    expect(await rejection(clientOf(server).users.get('user_123'))).toMatchObject({
      name: 'NotFoundError',
      message: fallback('404 Not Found', 'no body'),
    });
  });
});

describe('a RateLimitError', () => {
  it.each([
    ['seconds', { 'retry-after': '30' }, 30],
    ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:10 GMT', date: 'Thu, 01 Jan 2026 00:00:00 GMT' }, 10],
    ['nothing', {}, undefined],
  ])('says in retryAfter what Retry-After said as %s', async (_, headers, retryAfter) => {
    const error = await errorFor(429, { error: { code: 'rate_limited', message: 'Slow down.' } }, headers);

    expect(error).toMatchObject({ name: 'RateLimitError', retryAfter });
  });
});

it('a ConnectionError has the reason as its cause and in its message', async () => {
  const server = await serve((_, response) => response.destroy());

  const error = await rejection(clientOf(server, { maxRetries: 0 }).users.get('user_123'));

  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({ message: 'GET /users/user_123 failed: other side closed', cause: expect.any(Error) });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'ConnectionError',
    message: 'GET /users/user_123 failed: other side closed',
    method: 'GET',
    path: '/users/user_123',
  });
});
