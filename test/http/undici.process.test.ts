import { Agent, fetch as undiciFetch, type Dispatcher } from 'undici';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { ConnectionError, TimeoutError, type Fetch } from '@example/sdk';
import { freePort } from '../support/free-port.ts';
import { afterHeaders, clientOf, json, newUser, rejection, serve, user } from '../support/http-server.ts';
import { fixJitter, useVirtualTime } from '../support/virtual-time.ts';

// The `fetch` of the package undici, which needs a newer Node than the SDK does. Node's own is another copy of it, and the
// two do not take each other's requests, streams or signals for granted.

beforeEach(useVirtualTime);
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

it.each<[string, Fetch | undefined]>([
  ['as it is', undiciFetch],
  ['with a dispatcher, which carries every request', undefined],
])('%s: a POST is sent with its body, and retried with an idempotency key', async (_, plain) => {
  const { fetch, paths } = dispatched();
  const statuses = [503, 201];
  const server = await serve((__, response) => json(response, statuses.shift() ?? 200, user));
  const client = clientOf(server, { fetch: plain ?? fetch, apiSupportsIdempotencyKeys: true });

  expect(await client.users.create(newUser, { idempotencyKey: 'key-1' })).toEqual(user);
  expect(await client.users.get('user_123')).toEqual(user);

  const post = {
    method: 'POST',
    url: '/v1/users',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'key-1' },
    body: JSON.stringify(newUser),
  };
  expect(server.requests).toMatchObject([post, post, { method: 'GET', url: '/v1/users/user_123', body: '' }]);
  expect(paths).toEqual(plain ? [] : ['/v1/users', '/v1/users', '/v1/users/user_123']);
});

const reason = new Error('changed my mind');

it.each<[string, (controller: AbortController) => void, unknown]>([
  ['is aborted', (controller) => controller.abort(reason), reason],
  ['times out', () => vi.advanceTimersByTime(1000), expect.any(TimeoutError)],
])(
  'a call that %s before the headers or the end of the body ends, and so does its connection',
  async (_, end, error) => {
    for (const hasHeaders of [false, true]) {
      const controller = new AbortController();
      const server = await serve((__, response) => {
        if (hasHeaders) response.writeHead(200, { 'content-length': '100' }).write('{');
        else end(controller);
      });
      const fetch = hasHeaders ? afterHeaders(() => end(controller), undiciFetch) : undiciFetch;
      const { users } = clientOf(server, { fetch, timeout: 1000, maxRetries: 0 });

      expect(await rejection(users.get('user_123', { signal: controller.signal }))).toEqual(error);
      await expect.poll(() => server.unanswered()).toBe(0);
    }
  },
);

it('a connection that breaks is lost, and one that was never there is tried again, even for a POST', async () => {
  const breaking = await serve((_, response) => response.destroy());
  const onRetry = vi.fn();
  const createAt = (url: string) =>
    rejection(clientOf({ url, fetch: undiciFetch }).on('retry', onRetry).users.create(newUser));

  const broken = await createAt(breaking.url);
  expect(broken).toBeInstanceOf(ConnectionError);
  expect(broken).toHaveProperty(
    'message',
    'The request failed: other side closed. It may have taken effect. (POST /users)',
  );
  expect(onRetry).not.toHaveBeenCalled();

  const refused = await createAt(`http://127.0.0.1:${await freePort()}/v1`);
  expect(refused).toBeInstanceOf(ConnectionError);
  expect((refused as Error).message).toMatch(/^The request failed: connect ECONNREFUSED/);
  expect(onRetry).toHaveBeenCalledTimes(2);
});
