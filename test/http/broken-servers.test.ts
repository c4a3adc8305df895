import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, expect, it, vi } from 'vitest';
import { afterHeaders, clientOf, rejection, serve } from '../support/http-server.ts';
import { useVirtualTime } from '../support/virtual-time.ts';

const unhandled = vi.fn();

beforeEach(() => {
  useVirtualTime();
  process.on('unhandledRejection', unhandled);
  return async () => {
    await setImmediate();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  };
});

const timeout = 400;
const timeOut = () => void vi.advanceTimersByTime(timeout);
const reset = (socket: Socket) => socket.resetAndDestroy();
/** Sends a byte every 20 ms, for as long as the connection is open. */
const dripFeed = (socket: Socket): void => {
  if (socket.destroyed) return;
  vi.advanceTimersByTime(20);
  socket.write('x', () => void setImmediate().then(() => dripFeed(socket)));
};

/** A response that says that its body is longer. */
const http = (status: string, body: string) => `HTTP/1.1 ${status}\r\ncontent-length: 100\r\n\r\n${body}`;
const part = http('200 OK', '{"id":"user_123"');
const partOfError = http('500 Oops', '{"error":');
const notGzip = 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}';

it.each<[string, error: string, answer: (socket: Socket) => void, onHeaders?: (socket: Socket) => void]>([
  ['resets the connection', 'ConnectionError', reset],
  ['answers with something that is not HTTP', 'ConnectionError', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
  ['ends in the middle of the body', 'ConnectionError', (socket) => socket.end(part)],
  ['calls a body gzip that is not', 'ConnectionError', (socket) => socket.end(notGzip)],
  ['resets the connection after the headers', 'ConnectionError', (socket) => socket.write(part), reset],
  ['ends in the middle of an error', 'InternalServerError', (socket) => socket.end(partOfError)],
  ['stalls in the middle of an error', 'InternalServerError', (socket) => socket.write(partOfError), timeOut],
  ['does not answer', 'TimeoutError', timeOut],
  ['stalls after the headers', 'TimeoutError', (socket) => socket.write(part), timeOut],
  ['sends a byte at a time', 'TimeoutError', (socket) => socket.write(http('200 OK', '')), dripFeed],
])('a server that accepts the request and %s: %s, and the connection ends', async (_, name, answer, onHeaders) => {
  let connection: Socket | undefined;
  const server = await serve((__, response) => answer((connection = response.socket!))); // It has one while it is open.
  const fetch = afterHeaders(() => onHeaders?.(connection!));
  const { users } = clientOf(server, { timeout, maxRetries: 0, fetch });

  expect(await rejection(users.get('user_123'))).toMatchObject({ name });
  await expect.poll(() => connection?.destroyed).toBe(true);
});
