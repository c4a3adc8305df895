import { STATUS_CODES } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { APIError, type EndpointOptions } from '@example/sdk';
import { apiToken, clientOf, newUser, rejection } from '../support/http-server.ts';
import { budget, replying } from '../support/in-process-api.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

const ofUser: [string, EndpointOptions] = ['/users/{id}', { params: { id: 'user_123' } }];

/** The error of a call with this response. A string is sent as it is, anything else as JSON. */
async function errorFor(
  status: number,
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
  [route, options]: [string, EndpointOptions?] = ofUser,
): Promise<APIError> {
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  const answer = () => new Response(text, { status, statusText: STATUS_CODES[status] ?? '', headers });
  const error = await rejection(clientOf(replying(answer), { maxRetries: 0 }).request('GET', route, options));
  if (!(error instanceof APIError)) throw error;
  return error;
}

/** A body in the API's error format. */
const documented = (code: string, message = 'A message.') => ({ error: { code, message, details: {} } });

describe('the error of a response', () => {
  it('has everything that the API said; its message says what is wrong with the first field', async () => {
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

  it.each([
    [{ 'retry-after': '1.2' }, 2],
    [{ date: 'Thu, 01 Jan 2026 00:00:10 GMT', ...budget(9, 0, Date.UTC(2026) / 1000 + 40) }, 30],
    [{}, undefined],
  ])('has the whole seconds that a 429 or a 503 asks to wait in retryAfter: %o', async (headers, retryAfter) => {
    const error = await errorFor(429, documented('rate_limited'), headers);
    expect(error).toMatchObject({ name: 'RateLimitError', retryAfter });
    expect(await errorFor(503, undefined, { 'retry-after': '600' })).toMatchObject({ retryAfter: 600 });
  });
});

describe('an error body in an undocumented format', () => {
  const fallback = "Answered 502 Bad Gateway with application/json instead of the API's error format";
  const page = '<!doctype html><style>p { color: red }</style>\n<title>Bad\ngateway</title>';
  const otherTypes = '{"error": {"code": 7, "message": "It broke.", "details": "none"}}';

  it.each<[what: string, body: unknown, message: string, code?: string]>([
    ['HTML', page, `${fallback}: Bad.`],
    ['text', ' \n RBAC: no <access>\nrequest 7', `${fallback}: RBAC: no <access>.`],
    ['empty', '', `${fallback}.`],
    ['an error without a message', '{"error": {"code": "broken"}}', `${fallback}.`, 'broken'],
    ['an error that is a string', '{"error": "It broke."}', 'It broke.'],
    ['an error of another shape', '{"message": "It broke."}', 'It broke.'],
    ['fields of other types', otherTypes, 'It broke.'],
    ['a message that is too long', { error: { message: 'x'.repeat(501) } }, `${'x'.repeat(500)}…`],
  ])('may be %s: the class is right, and the message is readable', async (_, body, message, code) => {
    const expected = { name: 'InternalServerError', code, details: undefined };
    expect(await errorFor(502, body)).toMatchObject({ ...expected, message: `${message} (502 GET /users/{id})` });
  });

  it('may have no content type, or be missing', async () => {
    const body = new TextEncoder().encode('?');
    const { users } = clientOf(replying(() => new Response(body, { status: 400 })));
    const instead = "instead of the API's error format";
    const message = `Answered 400 with a body without a content type ${instead}: ?. (400 GET /users/{id})`;
    expect(await rejection(users.get('1'))).toMatchObject({ message });
    expect((await errorFor(500, undefined, {})).message).toContain(`with no body ${instead}.`);
  });

  it('appears on the error, shortened and without secrets, but not in logs', async () => {
    const body = `upstream connect error: ${JSON.stringify(newUser.password)} ${'x'.repeat(2000)}`;
    const { users } = clientOf(replying(() => new Response(body, { status: 503 })));
    const error = (await rejection(users.create(newUser))) as APIError;

    expect(error.body).toBe(`upstream connect error: "[redacted]" ${'x'.repeat(2000)}`.slice(0, 1024));
    expect(error.message).toContain('upstream connect error: "[redacted]"');
    expect(Object.keys(error)).not.toContain('body');
    for (const other of ['', documented('down')]) expect((await errorFor(503, other)).body).toBeUndefined();
  });

  const whole = JSON.stringify(documented('invalid_request'));

  it.each<[how: string, text: string, code: string | undefined, body?: string]>([
    ['break off', whole, 'invalid_request'],
    ['break off', '{"error":', undefined, '{"error":'],
    ['stall', '{"error":', undefined, '{"error":'],
  ])('may %s: the error has what arrived, parsed if the JSON is complete: %s', async (how, text, code, body) => {
    const parts = [new TextEncoder().encode(text)];
    const pull = (controller: ReadableStreamDefaultController) => {
      const part = parts.pop();
      if (part) controller.enqueue(part);
      else if (how === 'break off') controller.error(new TypeError('terminated'));
    };
    const { users } = clientOf(replying(() => new Response(new ReadableStream({ pull }), { status: 422 })));
    const call = users.get('user_123', { timeout: 400 });
    expect(await settled(rejection(call))).toMatchObject({ status: 422, code, body });
  });
});

const advice = 'The API may not have this path, or another server has answered: check baseUrl and the path.';
const none = documented('not_found', 'No such user.');

it.each<[name: string, what: string, body: unknown, Parameters<typeof errorFor>[3]?]>([
  ['NotFoundError', 'an id', none],
  ['NotFoundError', 'an id, without a code', { error: { message: 'No such user.' } }],
  ['NotFoundError', 'an id, without a message', { error: { code: 'not_found' } }],
  ['APIError', 'a path without a parameter', none, ['/projects']],
  ['APIError', 'an unknown path', documented('unknown_path')],
  ['APIError', 'HTML', '<html>Not Found</html>'],
  ['APIError', 'another shape', { message: 'Cannot GET /users' }],
])('a 404 is a NotFoundError about a resource, or else asks to check baseUrl: %s: %s', async (name, _, body, of) => {
  const error = await errorFor(404, body, undefined, of);
  expect(error).toMatchObject({ name, status: 404 });
  expect(error.message.includes(`${advice} (404 GET`)).toBe(name === 'APIError');
  expect(error.message).toContain(`${error.url})`);
});

describe('a redirect', () => {
  const where = 'https://other.example/users/1';

  it.each([301, 302, 303, 307, 308])('%i is an error that says where it leads, without the query', async (status) => {
    const { users } = clientOf(
      replying(() => new Response(null, { status, headers: { location: `${where}?${apiToken}` } })),
    );
    const message = `The API redirected to ${where}. Check baseUrl and the path. (${status} GET /users/{id})`;
    expect(await rejection(users.get('user_123'))).toMatchObject({ name: 'APIError', status, message });
  });

  it("that a browser hides is an error that says so; a 304 isn't a redirect", async () => {
    const fields = { ok: { value: false }, status: { value: 0 }, type: { value: 'opaqueredirect' } };
    const { users } = clientOf(replying(() => Object.defineProperties(new Response(null), fields)));
    const message = expect.stringContaining('The API redirected to an unknown location (browsers hide it).') as string;
    expect(await rejection(users.get('user_123'))).toMatchObject({ name: 'APIError', message });
    expect((await errorFor(304, undefined, {})).message).toContain('Answered 304 Not Modified with no body instead of');
  });
});
