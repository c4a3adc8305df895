import { Agent, fetch as undiciFetch, type Dispatcher } from 'undici';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ConnectionError, InternalServerError, NotFoundError, TimeoutError, type Fetch } from '@example/sdk';
import { freePort } from '../support/free-port.ts';
import { afterHeaders, clientOf, fail, json, newUser, rejection, serve, user } from '../support/http-server.ts';
import { fixJitter, useVirtualTime } from '../support/virtual-time.ts';

// The `fetch` of the package undici, which needs a newer Node than the SDK does. Node's own is another copy of it, and the
// two do not take each other's requests, streams or signals for granted.

beforeEach(useVirtualTime);
beforeEach(() => fixJitter(0));

/** A dispatcher, as for a proxy, and the paths that it was used for. */
function recordingDispatcher() {
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  const paths: string[] = [];
  const dispatcher = agent.compose((dispatch) => (options: Dispatcher.DispatchOptions, handler) => {
    paths.push(options.path);
    return dispatch(options, handler);
  });
  return { dispatcher, paths };
}

const kinds: Record<string, () => Fetch> = {
  'as it is': () => undiciFetch,
  'with a dispatcher': () => {
    const { dispatcher } = recordingDispatcher();
    return (url, init) => undiciFetch(url, { ...init, dispatcher });
  },
};

describe.each(Object.entries(kinds))('fetch of undici, %s,', (_, fetchOf) => {
  it('sends a GET', async () => {
    const server = await serve((_, response) => json(response, 200, user));

    expect(await clientOf(server, { fetch: fetchOf() }).users.get('user_123')).toEqual(user);
    expect(server.requests).toMatchObject([{ method: 'GET', url: '/v1/users/user_123', body: '' }]);
  });

  it('sends a POST with its body, and retries it with an idempotency key', async () => {
    const statuses = [503, 201];
    const server = await serve((_, response) => json(response, statuses.shift() ?? 500, user));
    const client = clientOf(server, { fetch: fetchOf(), apiSupportsIdempotencyKeys: true });

    expect(await client.users.create(newUser, { idempotencyKey: 'key-1' })).toEqual(user);

    const request = {
      method: 'POST',
      url: '/v1/users',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'key-1' },
      body: JSON.stringify(newUser),
    };
    expect(server.requests).toMatchObject([request, request]);
  });

  it('has its errors decoded, with their headers', async () => {
    const server = await serve((_, response) => fail(response, 404, { 'x-request-id': 'req_1' }));

    const error = await rejection(clientOf(server, { fetch: fetchOf() }).users.get('user_123'));

    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ code: 'code_404', requestId: 'req_1' });
    expect((error as NotFoundError).headers.get('content-type')).toBe('application/json');
  });

  it('has at most 64 kB of an error read, and the connection closed', async () => {
    const size = 11 * 1024 * 1024;
    let sent = 0;
    const server = await serve((_, response) => {
      response.writeHead(500, { 'content-type': 'text/plain' });
      const push = () => {
        for (let isWritable = true; isWritable && !response.destroyed && sent < size; sent += 64 * 1024) {
          isWritable = response.write('x'.repeat(64 * 1024));
        }
      };
      response.on('drain', push);
      push();
    });

    const client = clientOf(server, { fetch: fetchOf(), maxRetries: 0 });

    expect(await rejection(client.users.get('user_123'))).toBeInstanceOf(InternalServerError);
    await vi.waitFor(() => expect(server.unanswered()).toBe(0));
    expect(sent).toBeLessThan(size);
  });

  it('follows no redirect', async () => {
    const server = await serve((_, response) => response.writeHead(307, { location: '/v2/users' }).end());

    const created = clientOf(server, { fetch: fetchOf() }).users.create(newUser);
    expect(await rejection(created)).toMatchObject({ name: 'APIError', status: 307 });
    expect(server.requests).toHaveLength(1);
  });

  it('is aborted before the headers, and the connection is closed', async () => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort(new Error('changed my mind')));
    const client = clientOf(server, { fetch: fetchOf() });

    const error = await rejection(client.users.get('user_123', { signal: controller.signal }));

    expect(error).toEqual(new Error('changed my mind'));
    await vi.waitFor(() => expect(server.unanswered()).toBe(0));
  });

  it('is aborted while the body is read, and the connection is closed', async () => {
    const controller = new AbortController();
    const server = await serve((_, response) => response.writeHead(200, { 'content-length': '100' }).write('{'));
    const fetch = afterHeaders(() => controller.abort(new Error('changed my mind')), fetchOf());
    const client = clientOf(server, { fetch });

    const error = await rejection(client.users.get('user_123', { signal: controller.signal }));

    expect(error).toEqual(new Error('changed my mind'));
    await vi.waitFor(() => expect(server.unanswered()).toBe(0));
  });

  it('times out before the headers', async () => {
    const server = await serve(() => vi.advanceTimersByTime(1000));
    const client = clientOf(server, { fetch: fetchOf(), timeout: 1000, maxRetries: 0 });

    expect(await rejection(client.users.get('user_123'))).toBeInstanceOf(TimeoutError);
    expect(performance.now()).toBe(1000);
  });

  it('times out while the body is read', async () => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-length': '100' }).write('{'));
    const fetch = afterHeaders(() => vi.advanceTimersByTime(1000), fetchOf());
    const client = clientOf(server, { fetch, timeout: 1000, maxRetries: 0 });

    expect(await rejection(client.users.get('user_123'))).toBeInstanceOf(TimeoutError);
    expect(performance.now()).toBe(1000);
  });

  it('reports why there is no connection, so that even a POST is retried', async () => {
    const url = `http://127.0.0.1:${await freePort()}/v1`;
    const client = clientOf({ url }, { fetch: fetchOf() });
    const onRetry = vi.fn();
    client.on('retry', onRetry);

    const error = await rejection(client.users.create(newUser));

    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toMatch(/^The request failed: connect ECONNREFUSED/);
    expect(onRetry).toHaveBeenCalledTimes(2);
  });

  it('reports a connection that breaks', async () => {
    const server = await serve((_, response) => response.destroy());
    const client = clientOf(server, { fetch: fetchOf(), maxRetries: 0 });

    expect(await rejection(client.users.get('user_123'))).toMatchObject({
      name: 'ConnectionError',
      message: 'The request failed: other side closed (GET /users/{id})',
    });
  });
});

it('a dispatcher carries every request', async () => {
  const { dispatcher, paths } = recordingDispatcher();
  const server = await serve((_, response) => json(response, 200, user));
  const client = clientOf(server, { fetch: (url, init) => undiciFetch(url, { ...init, dispatcher }) });

  await client.users.get('user_123');
  await client.users.create(newUser);

  expect(paths).toEqual(['/v1/users/user_123', '/v1/users']);
});
