import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ConnectionError,
  InternalServerError,
  NotFoundError,
  ResponseValidationError,
  TimeoutError,
} from '@example/sdk';
import { afterHeaders, clientOf, rejection } from '../support/http-server.ts';
import { serveTcp } from '../support/tcp-server.ts';
import { fixJitter, useVirtualTime } from '../support/virtual-time.ts';

const head = (status: string, ...headers: string[]) => ['HTTP/1.1 ' + status, ...headers, '', ''].join('\r\n');

const timeout = 400;
const timeOut = () => void vi.advanceTimersByTime(timeout);

/** What a call without retries rejects with. `onHeaders` is called once the client has the headers of the response. */
async function callTo(answer: (socket: Socket) => void, onHeaders: () => void = () => undefined): Promise<unknown> {
  const server = await serveTcp(answer);
  const client = clientOf(server, { timeout, maxRetries: 0, fetch: afterHeaders(onHeaders) });
  return rejection(client.users.get('user_123'));
}

beforeEach(useVirtualTime);

beforeEach(() => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  return async () => {
    await setImmediate();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  };
});

describe('a server that answers', () => {
  it('200 with HTML: ResponseValidationError', async () => {
    const body = '<html>Welcome to the hotel Wi-Fi</html>';
    const error = await callTo((socket) =>
      socket.write(head('200 OK', 'content-type: text/html', `content-length: ${body.length}`) + body),
    );

    expect(error).toBeInstanceOf(ResponseValidationError);
    expect(error).toMatchObject({
      message: 'The body is not JSON. (200 GET /users/{id})',
      body,
      status: 200,
    });
  });

  it('200 with nothing: ResponseValidationError', async () => {
    const error = await callTo((socket) => socket.write(head('200 OK', 'content-length: 0')));

    expect(error).toBeInstanceOf(ResponseValidationError);
    expect(error).toMatchObject({ message: 'The body is empty. (200 GET /users/{id})' });
  });

  it('204: ResponseValidationError, because a user was asked for', async () => {
    expect(await callTo((socket) => socket.write(head('204 No Content')))).toBeInstanceOf(ResponseValidationError);
  });

  it('200 with JSON that was cut in half before it was sent: ResponseValidationError', async () => {
    const error = await callTo((socket) => socket.write(head('200 OK', 'content-length: 16') + '{"id":"user_123"'));

    expect(error).toBeInstanceOf(ResponseValidationError);
  });

  it('200 with JSON that is cut in half on the way: ConnectionError', async () => {
    const error = await callTo((socket) => socket.end(head('200 OK', 'content-length: 100') + '{"id":"user_123"'));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).not.toBeInstanceOf(TimeoutError);
  });

  it.each(['[]', '"user"', '7', 'null', 'true'])(
    '200 with %s in place of a user: ResponseValidationError',
    async (body) => {
      const error = await callTo((socket) => socket.write(head('200 OK', `content-length: ${body.length}`) + body));

      expect(error).toBeInstanceOf(ResponseValidationError);
      expect(error).toMatchObject({ body: JSON.parse(body) as unknown });
    },
  );

  it('500 with 11 MB of text: InternalServerError, of which 64 kB are read', async () => {
    let sent = 0;
    const chunk = 'x'.repeat(64 * 1024);
    const error = await callTo((socket) => {
      socket.write(
        head('500 Internal Server Error', 'content-type: text/plain', `content-length: ${11 * 1024 * 1024}`),
      );
      const push = () => {
        while (!socket.destroyed && sent < 11 * 1024 * 1024) {
          sent += chunk.length;
          if (!socket.write(chunk)) return void socket.once('drain', push);
        }
      };
      push();
    });

    expect(error).toBeInstanceOf(InternalServerError);
    expect((error as Error).message.length).toBeLessThan(200);
    expect(sent).toBeLessThan(11 * 1024 * 1024);
  });

  it('404 without a body: NotFoundError', async () => {
    expect(await callTo((socket) => socket.write(head('404 Not Found', 'content-length: 0')))).toBeInstanceOf(
      NotFoundError,
    );
  });

  it('500 and then breaks off in the middle of the body: InternalServerError', async () => {
    const error = await callTo((socket) => socket.end(head('500 Oops', 'content-length: 100') + '{"error":'));

    expect(error).toBeInstanceOf(InternalServerError);
  });

  it('something that is not HTTP: ConnectionError', async () => {
    expect(await callTo((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'))).toBeInstanceOf(ConnectionError);
  });
});

describe('a server that accepts the request', () => {
  it('and does not answer: TimeoutError', async () => {
    const error = await callTo(timeOut);

    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      message: 'The attempt took longer than its timeout of 400 ms. (GET /users/{id})',
    });
  });

  it('and resets the connection: ConnectionError', async () => {
    expect(await callTo((socket) => socket.resetAndDestroy())).toBeInstanceOf(ConnectionError);
  });

  it('and resets the connection after the headers: ConnectionError', async () => {
    let connection: Socket | undefined;
    const error = await callTo(
      (socket) => (connection = socket).write(head('200 OK', 'content-length: 100')),
      () => connection?.resetAndDestroy(),
    );

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).not.toBeInstanceOf(TimeoutError);
  });

  it('and stalls after the headers: TimeoutError', async () => {
    const error = await callTo((socket) => socket.write(head('200 OK', 'content-length: 100')), timeOut);

    expect(error).toBeInstanceOf(TimeoutError);
  });

  it('and stalls halfway through an error: the error that the status says', async () => {
    const error = await callTo((socket) => socket.write(head('500 Oops', 'content-length: 100') + '{'), timeOut);

    expect(error).toBeInstanceOf(InternalServerError);
  });

  it('and sends a byte at a time: TimeoutError, and the connection is closed', async () => {
    let connection: Socket | undefined;
    const dripFeed = () => {
      if (connection?.destroyed !== false) return;
      vi.advanceTimersByTime(20);
      connection.write('x', () => void setImmediate().then(dripFeed));
    };

    const error = await callTo(
      (socket) => (connection = socket).write(head('200 OK', 'content-length: 100')),
      dripFeed,
    );

    expect(error).toBeInstanceOf(TimeoutError);
    expect(performance.now()).toBe(timeout);
    await vi.waitFor(() => expect(connection?.destroyed).toBe(true));
  });

  it('and never answers, however often it is asked: TimeoutError once totalTimeout is over', async () => {
    const server = await serveTcp(() => vi.advanceTimersByTime(50));
    const retry = { timeout: 50, totalTimeout: 120, maxRetries: 1000 };
    fixJitter(0);

    const error = await rejection(clientOf(server, retry).users.get('user_123'));

    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ message: 'The call took longer than its totalTimeout of 120 ms. (GET /users/{id})' });
  });
});
