import { inspect } from 'node:util';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Client } from '@example/sdk';
import type { ClientOptions, EndpointOptions } from '@example/sdk';
import { clientEventNames } from '../../src/telemetry/events.ts';
import { apiToken, json, newUser, rejection, serve, type Handler } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
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
  'a reason phrase that repeats the token': ({ headers }, response) =>
    response.writeHead(403, `denied for ${headers.authorization}`).end(),
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
  'no answer': () => vi.advanceTimersByTime(timeout),
  'a broken connection': (_, response) => response.destroy(),
};

/** Custom fetches whose errors hold the request, as those of other HTTP clients do. */
const brokenFetches: Record<string, typeof fetch> = {
  'an error with the request in it': (input, init) =>
    Promise.reject(Object.assign(new Error('fetch failed'), { request: new Request(input, init), code: 'EBAD' })),
  'an error with the token in its message': (_, init) => {
    const { authorization } = init!.headers as Record<string, string>;
    return Promise.reject(new TypeError(`Bad header ${authorization}`, { cause: new Error(authorization) }));
  },
  'an error with many errors in it': (_, init) =>
    Promise.reject(new AggregateError([new Error(JSON.stringify(init?.headers))], 'all failed')),
  'an error whose class prints it': (_, init) => {
    class HttpError extends Error {
      override get name() {
        return JSON.stringify(init);
      }
      override get cause() {
        return init;
      }
      get request() {
        return init;
      }
      toJSON() {
        return init;
      }
      [inspect.custom]() {
        return inspect(init);
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

/** Everything that the clients with these options hand out: errors, events, log lines. */
function collector() {
  const shown: unknown[] = [];
  const log = (...line: unknown[]) => shown.push(...line);
  const clientWith = (options: ClientOptions) => {
    const logger = { error: log, warn: log, info: log, debug: log };
    const client = new Client({ apiToken, logLevel: 'debug', logger, ...options });
    for (const name of clientEventNames) client.on(name, (event: unknown) => shown.push(event));
    return client;
  };
  return { shown, clientWith, text: () => shown.map(printed).join('\n') };
}

/** Calls the API in every way and collects all that the SDK hands out, and itself. */
async function everythingHandedOut(options: ClientOptions): Promise<string> {
  const { shown, clientWith, text } = collector();
  const rateLimit = { maxWait: 100 };
  const client = clientWith({ apiSupportsIdempotencyKeys: true, timeout, rateLimit, ...options });
  let errors = 0;
  const collect = (error: unknown) => {
    errors++;
    shown.push(error);
  };

  for (const responseValidation of ['warn', 'throw'] as const) {
    const strict = client.withOptions({ responseValidation });
    await strict.users.create(newUser).catch(collect);
    await strict.users.create(newUser, { idempotencyKey: 'key-1', maxRetries: 1 }).catch(collect);
    await strict.users.get('user_123', { maxRetries: 0 }).catch(collect);
    await strict.projects.list({}, { maxRetries: 0 }).then(() => undefined, collect);
  }
  const aborted = client.users.get('user_123', { signal: AbortSignal.abort() });
  shown.push(client, client.users, client.rateLimit, aborted);
  await aborted.catch(collect);
  expect(errors).toBeGreaterThan(4);
  return text();
}

describe('the SDK hands out neither the token nor the password', () => {
  beforeEach(useVirtualTime);
  beforeEach(() => fixJitter(0));

  it.each(Object.entries(failures))('after %s', async (_, handler) => {
    const server = await serve(handler);

    const text = await everythingHandedOut({ baseUrl: server.url });

    expect(server.requests.some(({ headers }) => headers.authorization?.includes(apiToken))).toBe(true);
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it.each(Object.entries(brokenFetches))('after a custom fetch that rejects with %s', async (_, fetch) => {
    const text = await everythingHandedOut({ fetch, baseUrl: 'https://api.example.com/v1' });

    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('after a refused connection whose error had the token: that it was refused is still known, so a POST is repeated', async () => {
    const fields = { code: 'ENOTFOUND', hostname: 'api.example.com' };
    const fetch = vi.fn(() => {
      const cause = Object.assign(new Error(`connect to ${apiToken}`), fields);
      return Promise.reject(new TypeError('fetch failed', { cause }));
    });
    const client = new Client({ apiToken, fetch, rateLimit: false, logLevel: 'off' });

    const error = await rejection(client.users.create(newUser));

    expect(fetch).toHaveBeenCalledTimes(3);
    expect(printed(error)).toContain('connect to [redacted]');
  });

  it.each<[string, ClientOptions['apiToken']]>([
    ['a token', apiToken],
    ['a token function', () => apiToken],
  ])('after calls with the token as an id or in a query, answered or ended while they wait: %s', async (_, token) => {
    const server = await serve((__, response) => json(response, 404, { error: { message: 'no' } }));
    const { shown, clientWith, text } = collector();
    const client = clientWith({ apiToken: token, baseUrl: server.url, rateLimit: { limit: 3 } });
    const controller = new AbortController();

    shown.push(await rejection(client.users.get(apiToken)));
    shown.push(await rejection(client.request('GET', `/teams/${apiToken}`)));
    shown.push(await rejection(client.request('GET', '/teams', { query: { of: apiToken } })));
    shown.push(await settled(rejection(client.withOptions({}).users.get(apiToken, { totalTimeout: 1000 }))));
    const aborted = rejection(client.withOptions({}).users.get(apiToken, { signal: controller.signal }));
    setTimeout(() => controller.abort(new Error('changed my mind')), 1000);
    await settled(aborted);
    expect(shown.at(-1)).toMatchObject({ outcome: 'aborted' });
    shown.push(await rejection(client.request('GET', `//${apiToken}`)));

    // It is sent, because the SDK does not guess what was meant.
    expect(server.requests[0]?.url).toContain(apiToken);
    expect(shown).toContainEqual(expect.objectContaining({ query: '?of=[redacted]' }));
    expect(text()).toContain('/users/[redacted]');
    expect(text()).not.toContain(apiToken);
  });

  it.each([1234567890, { toJSON: () => 'from-to-json' }, { deep: ['deep-password'] }])(
    'after a password that is a number, or is found in an object: %j',
    async (password) => {
      const server = await serve(({ body }, response) =>
        json(response, 422, { error: { message: body, details: { body } } }),
      );
      const user = { ...newUser, password } as unknown as typeof newUser;

      const error = await rejection(new Client({ apiToken, baseUrl: server.url }).users.create(user));

      expect(server.requests[0]?.body).toMatch(/1234567890|from-to-json|deep-password/);
      expect(printed(error)).not.toMatch(/1234567890|from-to-json|deep-password/);
    },
  );
});

describe('a field, parameter or header is a secret by its name', () => {
  const secret = 'correct-horse "battery"';
  const fields = [
    ...['password', 'passwords', 'newPassword', 'passphrase', 'client_secret', 'clientSecrets', 'credentials'],
    ...['api_key', 'api_keys', 'apiKey', 'accessKey', 'private_key', 'access_token', 'refresh_token'],
  ];

  it.each<[string, EndpointOptions]>([
    ...fields.map((name): [string, EndpointOptions] => [`body.${name}`, { body: { a: [{ [name]: [secret] }] } }]),
    ['query.api_key', { query: { api_key: secret } }],
    ["query['filter[token]']", { query: { 'filter[token]': secret } }],
    ["headers['x-api-key']", { headers: { 'x-api-key': secret } }],
    ["headers['cookie']", { headers: { cookie: secret } }],
  ])('%s', async (_, options) => {
    const error = { code: 'bad', message: `No: ${secret}`, details: { echo: [secret] } };
    const server = await serve((__, response) => json(response, 422, { error }));
    const { shown, clientWith, text } = collector();

    shown.push(await rejection(clientWith({ baseUrl: server.url }).request('POST', '/teams', options)));

    expect(text()).toContain('No: [redacted]');
    expect(text()).not.toContain('battery');
  });
});

it('leaves the names of fields as they are, even if the password is such a name', async () => {
  const error = { code: 'weak_password', details: { password: 'is too weak' } };
  const server = await serve((_, response) => json(response, 422, { error }));
  const client = new Client({ apiToken, baseUrl: server.url });

  await expect(client.users.create({ ...newUser, password: 'password' })).rejects.toMatchObject(error);
  await expect(client.users.create({ name: 'John', email: 'a@b.c' } as typeof newUser)).rejects.toMatchObject(error);
});

describe('a token that an earlier attempt has used', () => {
  const tokens = ['first-token-1234', 'second-token-1234'];

  it('is redacted in what later attempts are answered: in errors, events and log lines', async () => {
    useVirtualTime();
    let sent = 0;
    const api = inProcessApi(() =>
      Response.json({ error: { message: `${tokens[0]} was revoked` } }, { status: sent++ === 0 ? 503 : 401 }),
    );
    const seen: unknown[] = [];
    const log = (...line: unknown[]) => void seen.push(line);
    const client = new Client({
      baseUrl: api.url,
      fetch: api.fetch,
      apiToken: () => tokens[Math.min(sent, 1)]!,
      logger: { debug: log, info: log, warn: log, error: log },
      logLevel: 'debug',
    });
    for (const name of clientEventNames) client.on(name, (event: unknown) => void seen.push(event));

    const error = await settled(rejection(client.request('GET', `/tokens/${tokens[0]}`)));

    expect(error).toMatchObject({ status: 401, path: '/tokens/[redacted]' });
    expect(printed([error, ...seen])).not.toContain(tokens[0]);
    expect(api.requests.map(({ init }) => new Headers(init.headers).get('authorization'))).toEqual(
      tokens.map((each) => `Bearer ${each}`),
    );
  });

  it.each(['call', 'client'])('is redacted in the error of a token function: one of the same %s', async (same) => {
    useVirtualTime();
    const api = inProcessApi(() =>
      Response.json({}, { status: same === 'call' && api.requests.length === 1 ? 503 : 404 }),
    );
    let calls = 0;
    const apiToken = () => {
      if (calls++ === 0) return tokens[0]!;
      throw new Error(`can't refresh ${tokens[0]}`);
    };
    const client = new Client({ baseUrl: api.url, fetch: api.fetch, apiToken });
    if (same === 'client') await settled(rejection(client.users.get('user_123')));

    const error = (await settled(rejection(client.users.get('user_123')))) as Error;

    expect(error.message).toBe('The apiToken function failed; see the cause.');
    expect(error.cause).toMatchObject({ message: "can't refresh [redacted]" });
    expect(printed(error)).not.toContain(tokens[0]);
  });
});
