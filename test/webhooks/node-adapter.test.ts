import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Webhooks } from '@example/sdk/webhooks';
import { secret, signed, userCreated } from './support/signed-request.ts';

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

function nodeServer(webhooks: Webhooks): Server {
  const receive = webhooks.nodeHandler();
  return createServer((request, response) => void receive(request, response));
}

function receiver() {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const handler = vi.fn();
  const webhooks = new Webhooks({ secret, logger }).on('user.created', handler);
  return { webhooks, handler, logger };
}

describe('a body that was parsed before', () => {
  it('by express.json() is rejected with advice, not as a wrong signature', async () => {
    const { webhooks, handler, logger } = receiver();
    const app = express().use(express.json()).post('/', webhooks.nodeHandler());
    const url = await listening(createServer(app));

    expect((await fetch(url, await signed())).status).toBe(400);
    expect(handler).not.toHaveBeenCalled();
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('above app.use(express.json())'));
  });

  it.each([
    ['express.raw()', express.raw({ type: '*/*' })],
    ['express.text()', express.text({ type: '*/*' })],
  ])('by %s is accepted, because it is still raw', async (_, parser) => {
    const { webhooks, handler } = receiver();
    const url = await listening(createServer(express().post('/', parser, webhooks.nodeHandler())));

    expect((await fetch(url, await signed())).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('by no parser, because express.json() skipped its type, is read from the stream', async () => {
    const { webhooks } = receiver();
    const app = express()
      .use(express.json({ type: 'application/vnd.api+json' }))
      .post('/', webhooks.nodeHandler());
    const url = await listening(createServer(app));

    expect((await fetch(url, await signed())).status).toBe(204);
  });

  it("by Fastify's own JSON parser is rejected with advice", async () => {
    const { webhooks, logger } = receiver();
    const receive = webhooks.nodeHandler();
    const app = fastify({ forceCloseConnections: true });
    onTestFinished(() => app.close());
    app.post('/', async (request, reply) => {
      reply.hijack();
      await receive(request.raw, reply.raw);
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });

    expect((await fetch(url, await signed())).status).toBe(400);
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('in the onRequest hook'));
  });

  it('by a platform is taken from rawBody', async () => {
    const { webhooks, handler } = receiver();
    const { headers, body } = await signed();
    const url = await listening(
      createServer((request, response) => {
        // As Google Cloud Functions and the adapters of AWS Lambda do.
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const rawBody = Buffer.concat(chunks);
          const parsed: unknown = JSON.parse(rawBody.toString());
          void webhooks.nodeHandler()(Object.assign(request, { rawBody, body: parsed }), response);
        });
      }),
    );

    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });
});

describe('nodeHandler()', () => {
  it('answers 405 to other methods', async () => {
    const url = await listening(nodeServer(receiver().webhooks));
    const response = await fetch(url);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('reads a body in many small chunks', async () => {
    const { webhooks, handler } = receiver();
    const url = await listening(nodeServer(webhooks));
    const { method, headers, body } = await signed({ ...userCreated, note: 'ä'.repeat(100_000) });
    const bytes = Buffer.from(body);
    let offset = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (offset < bytes.length) controller.enqueue(bytes.subarray(offset, (offset += 1_001)));
        else controller.close();
      },
    });
    const init: RequestInit & { duplex: 'half' } = { method, headers, body: stream, duplex: 'half' };

    expect((await fetch(url, init)).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('answers 413 at the limit while an endless body still arrives', async () => {
    const { webhooks } = receiver();
    const requests: IncomingMessage[] = [];
    const server = nodeServer(webhooks).on('request', (request) => requests.push(request));
    const url = new URL(await listening(server));
    const socket = connect(Number(url.port), url.hostname);
    onTestFinished(() => {
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const write = () => {
      if (!socket.destroyed) socket.write(chunk, write);
    };
    write();

    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    // Nothing keeps what still arrives.
    expect(requests[0]?.listenerCount('data')).toBe(0);
  });

  it('survives a connection that closes in the middle of the body', async () => {
    const { webhooks, logger } = receiver();
    const url = new URL(await listening(nodeServer(webhooks)));
    const socket = connect(Number(url.port), url.hostname);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"event":', () => socket.destroy());

    await vi.waitFor(() =>
      expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('The connection closed')),
    );
    expect((await fetch(url, await signed())).status).toBe(204);
  });

  it('notices a connection that closed before the handler was called', async () => {
    const { webhooks, logger } = receiver();
    const url = new URL(
      await listening(
        createServer((request, response) => {
          request.on('close', () => void webhooks.nodeHandler()(request, response));
          request.on('error', () => undefined);
        }),
      ),
    );
    const socket = connect(Number(url.port), url.hostname);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n', () => socket.destroy());

    await vi.waitFor(() =>
      expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('The connection closed')),
    );
  });

  it('leaves a response alone that was sent by something else', async () => {
    const { webhooks } = receiver();
    const url = await listening(
      createServer((request, response) => {
        webhooks.on('user.created', () => void response.writeHead(202).end('taken'));
        void webhooks.nodeHandler()(request, response);
      }),
    );
    const response = await fetch(url, await signed());
    expect([response.status, await response.text()]).toEqual([202, 'taken']);
  });

  it('reads a stream with an encoding set', async () => {
    const { webhooks } = receiver();
    const url = await listening(
      createServer((request, response) => void webhooks.nodeHandler()(request.setEncoding('utf8'), response)),
    );
    expect((await fetch(url, await signed())).status).toBe(204);
  });
});
