import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  ConnectionError,
  InternalServerError,
  NotFoundError,
  ResponseValidationError,
  TimeoutError,
} from '@example/sdk';
import { clientOf, rejection } from '../support/http-server.ts';

/** What a TCP server does with a connection once a request has come in. */
async function tcpServer(answer: (socket: Socket) => void): Promise<{ url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', () => answer(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

const head = (status: string, ...headers: string[]) => ['HTTP/1.1 ' + status, ...headers, '', ''].join('\r\n');

/** A client that gives up on an attempt after 400 ms, and does not retry. */
async function callTo(answer: (socket: Socket) => void): Promise<unknown> {
  const server = await tcpServer(answer);
  return rejection(clientOf(server, { timeout: 400, maxRetries: 0 }).users.get('user_123'));
}

const unhandled = vi.fn();
beforeEach(() => {
  process.on('unhandledRejection', unhandled);
  return async () => {
    await new Promise((resolve) => setImmediate(resolve));
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
      message: 'GET /users/user_123 was answered 200, but the body is not JSON.',
      body,
      status: 200,
    });
  });

  it('200 with nothing: ResponseValidationError', async () => {
    const error = await callTo((socket) => socket.write(head('200 OK', 'content-length: 0')));

    expect(error).toBeInstanceOf(ResponseValidationError);
    expect(error).toMatchObject({ message: 'GET /users/user_123 was answered 200, but the body is empty.' });
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

describe('a server that does not answer', () => {
  it('but accepts: TimeoutError', async () => {
    const error = await callTo(() => undefined);

    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      message: 'GET /users/user_123 was not answered completely within 400 ms (timeout).',
    });
  });

  it('and resets: ConnectionError', async () => {
    expect(await callTo((socket) => socket.resetAndDestroy())).toBeInstanceOf(ConnectionError);
  });

  it('beyond the headers, and resets: ConnectionError', async () => {
    const error = await callTo((socket) => {
      socket.write(head('200 OK', 'content-length: 100'), () => setTimeout(() => socket.resetAndDestroy(), 10));
    });

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).not.toBeInstanceOf(TimeoutError);
  });

  it('beyond the headers, and stalls: TimeoutError', async () => {
    expect(await callTo((socket) => socket.write(head('200 OK', 'content-length: 100')))).toBeInstanceOf(TimeoutError);
  });

  it('beyond half of an error, and stalls: the error that the status says', async () => {
    expect(await callTo((socket) => socket.write(head('500 Oops', 'content-length: 100') + '{'))).toBeInstanceOf(
      InternalServerError,
    );
  });

  it('faster than a byte at a time: TimeoutError, and the connection is given up', async () => {
    let timer: ReturnType<typeof setInterval> | undefined;
    onTestFinished(() => clearInterval(timer));
    let connection: Socket | undefined;
    const server = await tcpServer((socket) => {
      connection = socket;
      socket.write(head('200 OK', 'content-length: 100'));
      timer = setInterval(() => socket.write('x'), 20);
    });

    const error = await rejection(clientOf(server, { timeout: 400, maxRetries: 0 }).users.get('user_123'));

    expect(error).toBeInstanceOf(TimeoutError);
    await vi.waitFor(() => expect(connection?.destroyed).toBe(true));
  });

  it('within totalTimeout, however often it is tried: TimeoutError', async () => {
    const server = await tcpServer(() => undefined);

    const error = await rejection(
      clientOf(server, { timeout: 50, totalTimeout: 120, maxRetries: 1000 }).users.get('user_123'),
    );

    expect(error).toBeInstanceOf(TimeoutError);
  });
});
