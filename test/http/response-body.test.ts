import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { ExampleError, InternalServerError, ResponseTooLargeError } from '@example/sdk';
import { clientOf, rejection, serve, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

const kilobyte = new TextEncoder().encode('x'.repeat(1024));

/** An endless body, and how many kilobytes were taken from it. */
function endless() {
  const taken = { kilobytes: 0, cancelled: false };
  const body = new ReadableStream({
    pull(controller) {
      taken.kilobytes++;
      controller.enqueue(kilobyte);
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
    expect(taken.kilobytes).toBeLessThan(14); // streams read a little ahead
    await vi.waitFor(() => expect(taken.cancelled).toBe(true));
  });

  it('may have 64 MiB by default', async () => {
    const { body, taken } = endless();

    const error = await rejection(clientOf(inProcessApi(() => new Response(body))).users.get('user_123'));

    expect(error).toBeInstanceOf(ResponseTooLargeError);
    expect(taken.kilobytes).toBeGreaterThan(64 * 1024);
    expect(taken.kilobytes).toBeLessThan(64 * 1024 + 4); // streams read a little ahead
  });

  it('counts after decompression: a small gzip may unpack to gigabytes', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb);
    });
    const onResponse = vi.fn();
    const client = clientOf(server, { maxResponseSize: 1024 * 1024 });
    client.on('response', ({ status }) => onResponse(status));

    expect(bomb.length).toBeLessThan(60_000);
    expect(await rejection(client.users.get('user_123'))).toBeInstanceOf(ResponseTooLargeError);
    expect(server.requests).toHaveLength(1);
    expect(onResponse).toHaveBeenCalledExactlyOnceWith(200);
  });

  it('is read whole otherwise, also if its parts divide characters', async () => {
    const name = 'é🔑'.repeat(20_000);
    const bytes = new TextEncoder().encode(JSON.stringify({ ...user, name }));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let start = 0; start < bytes.length; start += 7) controller.enqueue(bytes.slice(start, start + 7));
        controller.close();
      },
    });
    const api = inProcessApi(() => new Response(body));

    expect((await clientOf(api).users.get('user_123')).name).toBe(name);
  });

  it('is neither read nor limited if you read it through asResponse()', async () => {
    const api = inProcessApi(() => Response.json(user));

    const response = await clientOf(api, { maxResponseSize: 1 }).users.get('user_123').asResponse();

    expect(response.bodyUsed).toBe(false);
    expect(await response.json()).toEqual(user);
  });
});

describe('the body of an error', () => {
  it('is read up to 64 kB, and the rest is cancelled', async () => {
    const { body, taken } = endless();
    const api = inProcessApi(() => new Response(body, { status: 500 }));

    expect(await rejection(clientOf(api, { maxRetries: 0 }).users.get('user_123'))).toBeInstanceOf(InternalServerError);
    expect(taken.kilobytes).toBeGreaterThanOrEqual(64);
    expect(taken.kilobytes).toBeLessThan(70); // streams read a little ahead
    expect(taken.cancelled).toBe(true);
  });

  it('is decoded if it has exactly 64 kB, and not if it is longer', async () => {
    const codeOf = async (length: number) => {
      const frame = JSON.stringify({ error: { code: 'too_long', message: '' } });
      const body = frame.replace('""', `"${'x'.repeat(length - frame.length)}"`);
      const api = inProcessApi(() => new Response(body, { status: 400 }));
      return ((await rejection(clientOf(api).users.get('user_123'))) as { code?: string }).code;
    };

    expect(await codeOf(64 * 1024)).toBe('too_long');
    expect(await codeOf(64 * 1024 + 1)).toBeUndefined();
  });
});
