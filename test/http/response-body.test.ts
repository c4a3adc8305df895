import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { ExampleError, ResponseTooLargeError } from '@example/sdk';
import { clientOf, rejection, serve, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

const chunk = new TextEncoder().encode(' '.repeat(1024));

/** An endless body, and how much was taken from it. */
function endless() {
  const taken = { chunks: 0, cancelled: false };
  const body = new ReadableStream({
    pull: (controller) => {
      taken.chunks++;
      controller.enqueue(chunk);
    },
    cancel: () => void (taken.cancelled = true),
  });
  return { body, taken };
}

describe('the body of a success', () => {
  it('that is larger than maxResponseSize ends the call with an error of its own, and is not requested again', async () => {
    const { body, taken } = endless();
    const api = inProcessApi(() => new Response(body));

    const error = await rejection(clientOf(api, { maxResponseSize: 10 * 1024 }).users.get('user_123'));

    expect(error).toBeInstanceOf(ResponseTooLargeError);
    expect(error).toBeInstanceOf(ExampleError);
    expect(error).toMatchObject({
      message: 'The body has more than 10240 bytes (maxResponseSize). (200 GET /users/{id})',
      status: 200,
      method: 'GET',
      path: '/users/user_123',
    });
    expect(api.requests).toHaveLength(1);
    expect(taken.chunks).toBeLessThan(14); // streams read a little ahead
    await vi.waitFor(() => expect(taken.cancelled).toBe(true));
  });

  it('counts after decompression: a small gzip may unpack to gigabytes', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb);
    });
    const statuses: unknown[] = [];
    const client = clientOf(server, { maxResponseSize: 1024 * 1024 });
    client.on('response', ({ status }) => statuses.push(status));

    expect(bomb.length).toBeLessThan(60_000);
    expect(await rejection(client.users.get('user_123'))).toBeInstanceOf(ResponseTooLargeError);
    expect(server.requests).toHaveLength(1);
    expect(statuses).toEqual([200]);
  });

  it('may have exactly maxResponseSize bytes', async () => {
    const text = JSON.stringify({ ...user, name: 'Zoë' });
    const size = new TextEncoder().encode(text).length;
    const get = (maxResponseSize: number) =>
      clientOf(
        inProcessApi(() => new Response(text)),
        { maxResponseSize },
      ).users.get('user_123');

    expect(await get(size)).toMatchObject({ name: 'Zoë' });
    expect(await rejection(get(size - 1))).toBeInstanceOf(ResponseTooLargeError);
  });

  it('may divide a character between two parts', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...user, name: 'é🔑' }));
    const parts = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const body = new ReadableStream({
      start: (controller) => {
        for (const part of parts) controller.enqueue(part);
        controller.close();
      },
    });
    const api = inProcessApi(() => new Response(body));

    expect(await clientOf(api).users.get('user_123')).toMatchObject({ name: 'é🔑' });
  });

  it('is what text() returns if it is no web stream, as that of node-fetch', async () => {
    const { status, ok, headers } = Response.json(user);
    const text = () => Promise.resolve(JSON.stringify(user));
    const response = { status, ok, headers, text, body: Readable.from(['']) };

    expect(await clientOf(inProcessApi(() => response)).users.get('user_123')).toEqual(user);
  });

  it('is not limited if you read it through asResponse()', async () => {
    const api = inProcessApi(() => Response.json(user));

    const response = await clientOf(api, { maxResponseSize: 1 }).users.get('user_123').asResponse();

    expect(await response.json()).toEqual(user);
  });
});
