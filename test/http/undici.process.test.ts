import { Agent, fetch as undiciFetch, type Dispatcher } from 'undici';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { Fetch } from '@example/sdk';
import { freePort } from '../support/free-port.ts';
import { clientOf, json, newUser, rejection, serve, user } from '../support/http-server.ts';
import { fixJitter } from '../support/virtual-time.ts';

// The `fetch` of the package undici, which needs a newer Node than the SDK does. Node's own is another copy of it, and the
// two do not take each other's requests, streams or signals for granted.

beforeEach(() => fixJitter(0));

/** undici's `fetch` with a dispatcher, as for a proxy, and the paths that it was used for. */
function dispatched(): { fetch: Fetch; paths: string[] } {
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  const paths: string[] = [];
  const dispatcher = agent.compose((dispatch) => (options: Dispatcher.DispatchOptions, handler) => {
    paths.push(options.path);
    return dispatch(options, handler);
  });
  return { fetch: (url, init) => undiciFetch(url, { ...init, dispatcher }), paths };
}

it('carries every request with its dispatcher: a POST with its body, retried with an idempotency key', async () => {
  const { fetch, paths } = dispatched();
  const statuses = [503, 201];
  const server = await serve((_, response) => json(response, statuses.shift() ?? 200, user));
  const client = clientOf(server, { fetch, apiSupportsIdempotencyKeys: true });
  expect(await client.users.create(newUser, { idempotencyKey: 'key-1' })).toEqual(user);

  const headers = { 'content-type': 'application/json', 'idempotency-key': 'key-1' };
  const post = { method: 'POST', url: '/v1/users', headers, body: JSON.stringify(newUser) };
  expect(server.requests).toMatchObject([post, post]);
  expect(paths).toEqual(['/v1/users', '/v1/users']);
});

it('tells a connection that breaks from one that was never there, which is tried again, even for a POST', async () => {
  const breaking = await serve((_, response) => response.destroy());
  const onRetry = vi.fn();
  const createAt = (url: string) =>
    rejection(clientOf({ url, fetch: undiciFetch }).on('retry', onRetry).users.create(newUser));

  const message = 'The request failed: other side closed. It may have taken effect. (POST /users)';
  expect(await createAt(breaking.url)).toMatchObject({ name: 'ConnectionError', message });
  expect(onRetry).not.toHaveBeenCalled();
  const refused = expect.stringMatching(/^The request failed: connect ECONNREFUSED/) as string;
  expect(await createAt(`http://127.0.0.1:${await freePort()}/v1`)).toMatchObject({ message: refused });
  expect(onRetry).toHaveBeenCalledTimes(2);
});
