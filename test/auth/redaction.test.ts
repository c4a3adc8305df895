import { inspect } from 'node:util';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Client } from '@example/sdk';
import type { ClientEvents, ClientOptions } from '@example/sdk';
import { freePort } from '../support/free-port.ts';
import { apiToken, json, newUser, rejection, serve, type Handler } from '../support/http-server.ts';
import { printed } from '../support/printed.ts';
import { fixJitter, settled, useVirtualTime } from '../support/virtual-time.ts';

const secrets = [apiToken, newUser.password];
const timeout = 5000;

/** A server or network that fails in one way, most of them repeating what they were sent. */
const failures: Record<string, Handler> = {
  'an error that repeats the request': ({ headers, body }, response) =>
    json(
      response,
      422,
      {
        error: {
          code: `code ${headers.authorization}`,
          message: `Bad request: ${headers.authorization} ${body}`,
          details: { password: `${body} is weak`, [apiToken]: [{ deep: apiToken }], n: 1, none: null },
        },
      },
      { 'www-authenticate': `Bearer error="unknown token ${apiToken}"`, 'x-request-id': apiToken },
    ),
  'an error that is text': ({ headers }, response) => response.writeHead(500).end(`Oops: ${headers.authorization}`),
  'an error in a string': ({ headers }, response) => json(response, 400, { error: headers.authorization }),
  'a refusal': (_, response) => json(response, 429, { error: { message: apiToken } }, { 'retry-after': '0' }),
  'a success that is no JSON': ({ headers, body }, response) => response.end(`${headers.authorization} ${body}`),
  'a success of another shape': ({ headers, body }, response) => json(response, 200, [headers, body]),
  'a user of another shape': ({ headers }, response) => json(response, 200, { id: 7, name: headers.authorization }),
  'a reason phrase that repeats the token': ({ headers }, response) =>
    response.writeHead(403, `denied for ${headers.authorization}`).end(),
  'a content type that repeats the token': ({ headers }, response) =>
    response.writeHead(502, { 'content-type': `text/${headers.authorization?.slice(7)}` }).end('?'),
  'a success that repeats half the request': ({ body }, response) => response.end(body.slice(0, -1)),
  'a message that encodes the password': (_, response) => {
    const deep = '['.repeat(30_000) + ']'.repeat(30_000); // deeper than a stack
    const message = `bad: ${encodeURIComponent(newUser.password)}`;
    response.writeHead(400).end(`{"error":{"message":"${message}","details":{"list":${deep}}}}`);
  },
  'names that hold the secrets': ({ headers, body }, response) =>
    json(
      response,
      409,
      { error: { code: body, message: 'no', details: { [body]: body, [apiToken]: 1 } } },
      { [`x-${apiToken}`]: '1', 'x-request-id': `req-${encodeURIComponent(body)}-${headers.authorization}` },
    ),
  'a redirect to a host of that name': (_, response) =>
    response.writeHead(302, { location: `https://${apiToken}.example.com/` }).end(),
  'a redirect': ({ headers }, response) =>
    response.writeHead(302, { location: `https://elsewhere.example.com/?${headers.authorization}` }).end(),
  'no answer': () => vi.advanceTimersByTime(timeout),
  'a broken connection': (_, response) => response.destroy(),
};

/** Custom fetches whose errors hold the request, as those of other HTTP clients do. */
const brokenFetches: Record<string, typeof fetch> = {
  'an error with the request in it': (input, init) =>
    Promise.reject(Object.assign(new Error('fetch failed'), { request: new Request(input, init), code: 'EBAD' })),
  'an error with the headers in it': (_, init) => Promise.reject(Object.assign(new Error('no'), { config: { init } })),
  'an error with the token in its message': (_, init) => {
    const { authorization } = init!.headers as Record<string, string>;
    return Promise.reject(new TypeError(`Bad header ${authorization}`, { cause: new Error(authorization) }));
  },
  'an error with many errors in it': (_, init) =>
    Promise.reject(new AggregateError([new Error(JSON.stringify(init?.headers))], 'all failed')),
  'an error with the token under a symbol': (_, init) =>
    Promise.reject(Object.assign(new Error('no'), { [Symbol('auth')]: JSON.stringify(init) })),
  'an error with a getter': (_, init) =>
    Promise.reject(Object.defineProperty(new Error('no'), 'config', { enumerable: true, get: () => init })),
  'an error with a toJSON': (_, init) => Promise.reject(Object.assign(new Error('no'), { toJSON: () => init })),
  'an error with the token as a key': (_, init) =>
    Promise.reject(Object.assign(new Error('no'), { sent: { [JSON.stringify(init)]: 1 } })),
  'an error whose class prints it': (_, init) => {
    class HttpError extends Error {
      toJSON() {
        return init;
      }
      [inspect.custom]() {
        return inspect(init);
      }
      get request() {
        return init;
      }
    }
    return Promise.reject(new HttpError('no'));
  },
  'an error whose name and cause are getters of its class': (_, init) => {
    class HttpError extends Error {
      override get name() {
        return JSON.stringify(init);
      }
      override get cause() {
        return init;
      }
    }
    return Promise.reject(new HttpError('no'));
  },
  'an error that cannot be read': () => {
    const fail = () => expect.fail(apiToken);
    return Promise.reject(new Proxy(new Error('no'), { get: fail, ownKeys: fail, getPrototypeOf: fail }));
  },
  'an error of the runtime': (_, init) => Promise.reject(new DOMException(JSON.stringify(init), 'NetworkError')),
  'an error that is its own cause': () => {
    const error = new Error(`no ${apiToken}`);
    error.cause = error;
    return Promise.reject(error);
  },
  'a string': (_, init) => Promise.reject(JSON.stringify(init)),
  'a cause that is an object': (_, init) => Promise.reject(new Error('no', { cause: { init } })),
};

const eventNames: (keyof ClientEvents)[] = [
  'request',
  'response',
  'retry',
  'rateLimitWait',
  'rateLimitStore',
  'validationIssue',
];

/** Calls the API in every way and collects all that the SDK hands out: errors, events, log lines, and itself. */
async function everythingHandedOut(options: ClientOptions): Promise<{ text: string; errors: number }> {
  const handedOut: unknown[] = [];
  const log = (line: string) => handedOut.push(line);
  const logger = { error: log, warn: log, info: log, debug: log };
  const rateLimit = { maxWait: 100 };
  const client = new Client({
    apiToken,
    apiSupportsIdempotencyKeys: true,
    timeout,
    logLevel: 'debug',
    logger,
    rateLimit,
    ...options,
  });
  for (const name of eventNames) client.on(name, (event: unknown) => handedOut.push(event));
  let errors = 0;
  const collect = (error: unknown) => {
    errors++;
    handedOut.push(error);
  };

  for (const responseValidation of ['warn', 'throw'] as const) {
    const strict = client.withOptions({ responseValidation });
    await strict.users.create(newUser).catch(collect);
    await strict.users.create(newUser, { idempotencyKey: 'key-1', maxRetries: 1 }).catch(collect);
    await strict.users.get('user_123', { maxRetries: 0 }).catch(collect);
    await strict.projects.list({}, { maxRetries: 0 }).then(() => undefined, collect);
  }
  handedOut.push(client, client.users, client.rateLimit, client.users.get('user_123', { signal: AbortSignal.abort() }));
  await (handedOut.at(-1) as Promise<unknown>).catch(collect);
  return { text: handedOut.map(printed).join('\n'), errors };
}

describe('the SDK hands out neither the token nor the password', () => {
  beforeEach(useVirtualTime);
  beforeEach(() => fixJitter(0));

  it.each(Object.entries(failures))('after %s', async (name, handler) => {
    const server = await serve(handler);
    // A refused call would wait for virtual time to pass.
    const rateLimit = name === 'a refusal' ? false : { maxWait: 100 };

    const { text, errors } = await everythingHandedOut({ baseUrl: server.url, rateLimit });

    expect(server.requests.some(({ headers }) => headers.authorization?.includes(apiToken))).toBe(true);
    expect(errors).toBeGreaterThan(4);
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('after a call with the token as an id', async () => {
    const server = await serve((_, response) => json(response, 404, { error: { message: 'no' } }));
    const handedOut: unknown[] = [];
    const log = (line: string) => handedOut.push(line);
    for (const token of [apiToken, () => apiToken]) {
      const logger = { error: log, warn: log, info: log, debug: log };
      const client = new Client({ apiToken: token, baseUrl: server.url, logger, logLevel: 'debug' });
      for (const name of eventNames) client.on(name, (event: unknown) => handedOut.push(event));
      await client.users.get(apiToken).catch((error: unknown) => handedOut.push(error));
      await client.request('GET', `/teams/${apiToken}`).catch((error: unknown) => handedOut.push(error));
    }

    // It is sent, because the SDK does not guess what was meant.
    expect(server.requests[0]?.url).toContain(apiToken);
    expect(handedOut.length).toBeGreaterThan(12);
    expect(handedOut.map(printed).join('\n')).not.toContain(apiToken);
    expect(handedOut.map(printed).join('\n')).toContain('/users/[redacted]');
  });

  it.each<[string, ClientOptions['apiToken']]>([
    ['a token', apiToken],
    ['a token function', () => apiToken],
  ])('after a call with the token as an id that ends while it waits: %s', async (_, token) => {
    const server = await serve((__, response) => json(response, 200, newUser));
    const options = { baseUrl: server.url, logLevel: 'off', rateLimit: { limit: 1 } } as const;
    const client = new Client({ apiToken: token, ...options });
    const handedOut: unknown[] = [];
    for (const name of [...eventNames, 'callEnd'] as const) client.on(name, (event: unknown) => handedOut.push(event));
    const controller = new AbortController();
    await client.users.get('user_123');

    handedOut.push(await settled(rejection(client.withOptions({}).users.get(apiToken, { totalTimeout: 1000 }))));
    const aborted = rejection(client.withOptions({}).users.get(apiToken, { signal: controller.signal }));
    setTimeout(() => controller.abort(new Error('changed my mind')), 1000);
    await settled(aborted);

    expect(handedOut.at(-1)).toMatchObject({ outcome: 'aborted' });
    await rejection(client.request('GET', `//${apiToken}`));

    expect(handedOut.map(printed).join('\n')).not.toContain(apiToken);
    expect(handedOut.map(printed).join('\n')).toContain('/users/[redacted]');
  });

  it('after a password that is a number, or comes from toJSON', async () => {
    const passwords = [1234567890, { toJSON: () => 'from-to-json' }, { deep: ['deep-password'] }];
    for (const password of passwords) {
      const server = await serve(({ body }, response) =>
        json(response, 422, { error: { message: body, details: { body } } }),
      );
      const user = { ...newUser, password } as unknown as typeof newUser;
      const error = await new Client({ apiToken, baseUrl: server.url }).users
        .create(user)
        .catch((reason: unknown) => reason);

      expect(server.requests[0]?.body).toMatch(/1234567890|from-to-json|deep-password/);
      expect(printed(error)).not.toMatch(/1234567890|from-to-json|deep-password/);
    }
  });

  it('after a refused connection', async () => {
    const { text, errors } = await everythingHandedOut({ baseUrl: `http://127.0.0.1:${await freePort()}` });

    expect(errors).toBeGreaterThan(4);
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it.each(Object.entries(brokenFetches))('after a custom fetch that rejects with %s', async (_, fetch) => {
    const { text, errors } = await everythingHandedOut({ fetch, baseUrl: 'https://api.example.com/v1' });

    expect(errors).toBeGreaterThan(4);
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('after a refused connection whose error had the token: that it was refused is still known, so a POST is repeated', async () => {
    fixJitter(0);
    const fetch = vi.fn(() => {
      const cause = Object.assign(new Error(`connect to ${apiToken}`), {
        code: 'ENOTFOUND',
        hostname: 'api.example.com',
      });
      return Promise.reject(new TypeError('fetch failed', { cause }));
    });

    const error = await rejection(
      new Client({ apiToken, fetch, rateLimit: false, logLevel: 'off' }).users.create(newUser),
    );

    expect(fetch).toHaveBeenCalledTimes(3);
    expect(printed(error)).toContain('connect to [redacted]');
  });

  it('after a token function that returns what no header can hold', async () => {
    for (const token of [`${apiToken}\n`, '']) {
      const { text } = await everythingHandedOut({ apiToken: () => token, baseUrl: 'https://api.example.com/v1' });
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });
});

it('leaves the names of fields as they are, even if the password is such a name', async () => {
  const error = { code: 'weak_password', details: { password: 'is too weak' } };
  const server = await serve((_, response) => json(response, 422, { error }));
  const client = new Client({ apiToken, baseUrl: server.url });

  await expect(client.users.create({ ...newUser, password: 'password' })).rejects.toMatchObject(error);
  await expect(client.users.create({ name: 'John', email: 'a@b.c' } as typeof newUser)).rejects.toMatchObject(error);
});

it('passes on what a server says if it holds no secret', async () => {
  const body = { error: { code: 'invalid', message: 'Bad: 100%', details: { field: [1, null, { a: 'b' }] } } };
  const server = await serve((_, response) => json(response, 400, body));
  const client = new Client({ apiToken, baseUrl: server.url });

  await expect(client.users.get('user_123')).rejects.toMatchObject({
    ...body.error,
    message: 'Bad: 100% (400 GET /users/{id})',
  });
});
