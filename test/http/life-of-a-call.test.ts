import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionError, InvalidRequestError, NotFoundError, TimeoutError, type CallEndEvent } from '@example/sdk';
import { apiToken, clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { printed } from '../support/printed.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

describe('a wrapper around fetch', () => {
  it('whose audit request is refused after the API has answered does not make a POST be sent again', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), {
      ...{ code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 9 },
    });
    const api = inProcessApi(() => Promise.reject(new TypeError('fetch failed', { cause: refused })));

    expect(await settled(rejection(clientOf(api).users.create(newUser)))).toBeInstanceOf(ConnectionError);
    expect(api.requests).toHaveLength(1);
  });
});

describe('an async schema that never resolves', () => {
  const schema = {
    '~standard': { version: 1, vendor: 'test', validate: () => new Promise<never>(() => undefined) },
  } as const;

  it('ends with totalTimeout', async () => {
    const api = inProcessApi(() => Response.json(user));
    const call = clientOf(api).request('GET', '/teams', { schema, totalTimeout: 1000 });

    expect(await settled(rejection(call))).toBeInstanceOf(TimeoutError);
    expect(performance.now()).toBe(1000);
  });

  it('ends with the signal', async () => {
    const controller = new AbortController();
    const api = inProcessApi(() => Response.json(user));
    const call = rejection(clientOf(api).request('GET', '/teams', { schema, signal: controller.signal }));
    setTimeout(() => controller.abort(new Error('changed my mind')), 50);

    expect(await settled(call)).toEqual(new Error('changed my mind'));
  });
});

describe('a 200 whose body stalls', () => {
  it.each(['timeout', 'totalTimeout'])('keeps its status and request id: %s', async (limit) => {
    const api = inProcessApi(() => new Response(new ReadableStream(), { headers: { 'x-request-id': 'req_42' } }));
    const client = clientOf(api);
    const ends: CallEndEvent[] = [];
    client.on('callEnd', (event) => ends.push(event));

    const error = await settled(rejection(client.users.create(newUser, { [limit]: 1000 })));

    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ status: 200, requestId: 'req_42', url: `${api.url}/users` });
    expect(ends).toMatchObject([{ status: 200, requestId: 'req_42', attempts: 1 }]);
    expect(api.requests).toHaveLength(1);
  });
});

describe('a stack that is no text', () => {
  it('leaves an error what it is', async () => {
    const { prepareStackTrace } = Error;
    Error.prepareStackTrace = (_, sites) => sites;
    try {
      const error = await rejection(clientOf(inProcessApi(() => errorResponse(404))).users.get('user_123'));

      expect(error).toBeInstanceOf(NotFoundError);
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
    }
  });
});

describe('a path', () => {
  it.each(['/..\u0001', '/teams/..\u0000', '/\u001f..', '/teams\u007f', '/..\t'])(
    'that a URL would read as another one is refused: %j',
    async (path) => {
      const api = inProcessApi(() => Response.json({}));

      expect(await rejection(clientOf(api).request('GET', path))).toBeInstanceOf(InvalidRequestError);
      expect(api.requests).toHaveLength(0);
    },
  );
});

describe('secrets of a request', () => {
  const secret = 'correct-horse-battery';
  const cases: [string, object][] = [
    ...['passwords', 'private_key', 'accessKey', 'credentials', 'clientSecrets', 'api_keys', 'refresh_token'].map(
      (name): [string, object] => [`body.${name}`, { body: { [name]: [secret] } }],
    ),
    ['query.api_key', { query: { api_key: secret } }],
    ["headers['x-api-key']", { headers: { 'x-api-key': secret } }],
    ["headers['cookie']", { headers: { cookie: secret } }],
  ];

  it.each(cases)('are shown in no error, event or log line: %s', async (_, options) => {
    const api = inProcessApi(() => Response.json({ error: { message: `No: ${secret}` } }, { status: 422 }));
    const shown: unknown[] = [];
    const log = (...line: unknown[]) => shown.push(...line);
    const client = clientOf(api, { logLevel: 'debug', logger: { error: log, warn: log, info: log, debug: log } });
    for (const name of ['request', 'response', 'callEnd'] as const) client.on(name, (event) => shown.push(event));

    shown.push(await rejection(client.request('POST', '/teams', options)));

    expect(printed(shown)).toContain('No: [redacted]');
    expect(printed(shown)).not.toContain(secret);
  });

  it('include the API token in a query, which the debug line shows', async () => {
    const log = vi.fn();
    const api = inProcessApi(() => Response.json({}));
    const client = clientOf(api, { logLevel: 'debug', logger: { error: log, warn: log, info: log, debug: log } });

    await client.request('GET', '/teams', { query: { of: apiToken } });

    expect(log.mock.calls[0]?.[1]).toMatchObject({ query: '?of=[redacted]' });
    expect(printed(log.mock.calls)).not.toContain(apiToken);
  });

  it.each([100, 1000])('may be many: a 422 to a body with %i passwords', async (count) => {
    const passwords = Array.from({ length: count }, (_, index) => `password-number-${index}-${'x'.repeat(20)}`);
    const error = { code: 'invalid_request', message: passwords.join(' ').slice(0, 60_000) };
    const api = inProcessApi(() => Response.json({ error }, { status: 422 }));

    const rejected = await rejection(clientOf(api).request('POST', '/users', { body: { passwords } }));

    expect(rejected).toMatchObject({ name: 'UnprocessableEntityError', code: 'invalid_request' });
    expect((rejected as Error).message).toMatch(/^(\[redacted\] ){40}/);
  });
});

it('30 MB of backslashes in a 200 are shown as far as a log line needs', async () => {
  const api = inProcessApi(() => new Response('\\'.repeat(30e6)));

  const error = await rejection(clientOf(api).users.get('user_123'));

  expect(error).toMatchObject({ name: 'ResponseValidationError' });
  expect((error as { body: string }).body).toHaveLength(16_384);
});
