import { describe, expect, it } from 'vitest';
import { InternalServerError, NotFoundError } from '@example/sdk';
import { errorFor } from '../support/error-for.ts';
import { clientOf, rejection, serve } from '../support/http-server.ts';

describe('the body of an error that is not the documented one', () => {
  const fallback = (status: string, what: string) =>
    `Answered ${status} with ${what} instead of the API's error format.`;

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
  ])('may be %s: the class is right, and the message is readable', async (_, body, message) => {
    const error = await errorFor(502, body);

    expect(error).toBeInstanceOf(InternalServerError);
    expect(error.message).toBe(`${message} (502 GET /users/{id})`);
    expect(error.details).toBeUndefined();
  });

  it('keeps what it can of the documented shape', async () => {
    expect(await errorFor(400, { error: { code: 'invalid_request', message: 'No.' } })).toMatchObject({
      code: 'invalid_request',
      details: undefined,
    });
  });

  it('does not make the message longer than 500 characters', async () => {
    const error = await errorFor(400, { error: { message: 'x'.repeat(5000) } });

    expect(error.message).toBe(`${'x'.repeat(500)}… (400 GET /users/{id})`);
  });

  it('may be problem details (RFC 9457): title, detail and type are its message, details and code', async () => {
    const body = {
      type: 'https://example.com/problems/plan',
      title: 'Plan exceeded',
      status: 403,
      detail: 'Only 10 projects are included.',
      instance: '/projects/7',
    };

    expect(await errorFor(403, body, { 'content-type': 'application/problem+json; charset=utf-8' })).toMatchObject({
      name: 'PermissionDeniedError',
      message: 'Plan exceeded: Only 10 projects are included. (403 GET /users/{id})',
      code: 'https://example.com/problems/plan',
      details: { detail: 'Only 10 projects are included.', instance: '/projects/7' },
    });
    expect(
      await errorFor(404, { type: 'about:blank', title: 'Not Found' }, { 'content-type': 'application/problem+json' }),
    ).toMatchObject({ name: 'NotFoundError', message: 'Not Found (404 GET /users/{id})', code: undefined });
  });

  it('may be missing, with its content type', async () => {
    const server = await serve((_, response) => {
      response.writeHead(404);
      response.end();
    });

    expect(await rejection(clientOf(server).users.get('user_123'))).toMatchObject({
      name: 'NotFoundError',
      message: `${fallback('404 Not Found', 'no body')} (404 GET /users/{id})`,
    });
  });
});

describe('a 404', () => {
  it('is a NotFoundError if the API says so', async () => {
    const error = { code: 'not_found', message: 'There is no user with this id.' };

    expect(await errorFor(404, { error })).toMatchObject({
      name: 'NotFoundError',
      message: 'There is no user with this id. (404 GET /users/{id})',
    });
  });

  it.each(['<html>Not Found</html>', '{}', '{"error":{}}', '{"message":"Cannot GET /users"}', '[]'])(
    'of something else, such as the server of a wrong base URL, is an APIError that names the URL: %s',
    async (body) => {
      const error = await errorFor(404, body);

      expect(error).not.toBeInstanceOf(NotFoundError);
      expect(error).toMatchObject({ name: 'APIError', status: 404 });
      expect(error.message).toContain('Something else than the API may have answered: check baseUrl. (404 GET');
      expect(error.url).toMatch(/^https:\/\/api-\d+\.example\.com\/v1\/users\/user_123$/);
    },
  );
});
