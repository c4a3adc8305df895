import { describe, expect, it } from 'vitest';
import { errorFor } from '../support/error-for.ts';

describe('an APIError', () => {
  it('holds everything that the API said', async () => {
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
      message: 'The email is invalid. (422 GET /users/{id})',
      details: { email: 'must have an @' },
      requestId: 'req_42',
      rateLimit: { limit: 100, remaining: 7, reset: 1640995200 },
      method: 'GET',
      path: '/users/user_123',
      route: '/users/{id}',
    });
    expect(error.headers.get('x-request-id')).toBe('req_42');
  });

  it('is safe to log: toJSON omits the headers and the stack', async () => {
    const error = await errorFor(
      404,
      { error: { code: 'not_found', message: 'No such user.' } },
      { 'set-cookie': 'a=b' },
    );

    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'NotFoundError',
      message: 'No such user. (404 GET /users/{id})',
      status: 404,
      code: 'not_found',
      method: 'GET',
      path: '/users/user_123',
      route: '/users/{id}',
      url: expect.stringMatching(/^https:\/\/.+\/users\/user_123$/) as string,
    });
    expect(String(error)).toBe('NotFoundError: No such user. (404 GET /users/{id})');
    expect(error.stack).toMatch(/^NotFoundError: No such user\. \(404 GET \/users\/\{id\}\)\n/);
  });
});
