import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionError, InternalServerError, TimeoutError } from '@example/sdk';
import { afterHeaders, clientOf, rejection, serve } from '../support/http-server.ts';
import { useVirtualTime } from '../support/virtual-time.ts';

const timeout = 400;
const timeOut = () => void vi.advanceTimersByTime(timeout);

/** A response that says that its body is longer. */
const http = (status: string, body: string) => `HTTP/1.1 ${status}\r\ncontent-length: 100\r\n\r\n${body}`;

/** What a call without retries rejects with. `onHeaders` is called once the client has the headers of the response. */
async function callTo(answer: (socket: Socket) => void, onHeaders: () => void = () => undefined): Promise<unknown> {
  const server = await serve((_, response) => answer(response.socket!)); // It has one while it is open.
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

describe('a server that accepts the request', () => {
  let connection: Socket | undefined;
  const part = http('200 OK', '{"id":"user_123"');
  const partOfError = http('500 Oops', '{"error":');
  const notGzip = 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}';

  it.each<[string, typeof ConnectionError | typeof InternalServerError, (socket: Socket) => void, (() => void)?]>([
    ['and resets the connection', ConnectionError, (socket) => socket.resetAndDestroy()],
    ['and answers with something that is not HTTP', ConnectionError, (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
    ['and ends in the middle of the body', ConnectionError, (socket) => socket.end(part)],
    ['and calls a body gzip that is not', ConnectionError, (socket) => socket.end(notGzip)],
    [
      'and resets the connection after the headers',
      ConnectionError,
      (socket) => (connection = socket).write(part),
      () => connection?.resetAndDestroy(),
    ],
    ['and ends in the middle of an error', InternalServerError, (socket) => socket.end(partOfError)],
    ['and stalls in the middle of an error', InternalServerError, (socket) => socket.write(partOfError), timeOut],
    ['and does not answer', TimeoutError, timeOut],
    ['and stalls after the headers', TimeoutError, (socket) => socket.write(part), timeOut],
  ])('%s', async (_, errorClass, answer, onHeaders) => {
    const error = await callTo(answer, onHeaders);

    expect(error).toBeInstanceOf(errorClass);
    expect(error instanceof TimeoutError).toBe(errorClass === TimeoutError);
  });

  it('and sends a byte at a time: the attempt times out, and the connection is closed', async () => {
    const dripFeed = () => {
      if (connection?.destroyed !== false) return;
      vi.advanceTimersByTime(20);
      connection.write('x', () => void setImmediate().then(dripFeed));
    };

    const error = await callTo((socket) => (connection = socket).write(http('200 OK', '')), dripFeed);

    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      message: 'The attempt took longer than its timeout of 400 ms. (200 GET /users/{id})',
    });
    expect(performance.now()).toBe(timeout);
    await expect.poll(() => connection?.destroyed).toBe(true);
  });
});
