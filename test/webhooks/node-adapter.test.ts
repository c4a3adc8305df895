import type { IncomingMessage, RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startServer } from '../support/http-server.ts';
import { receiver as someReceiver } from './support/receiver.ts';
import { signed, userCreated } from './support/signed-request.ts';

/** A receiver with a handler, and a server of `node:http` that uses it. */
function receiver() {
  const handler = vi.fn();
  const { webhooks, logger } = someReceiver();
  webhooks.on('user.created', handler);
  const receive = webhooks.nodeHandler();
  const server: RequestListener = (request, response) => void receive(request, response);
  return { webhooks, handler, logger, receive, server };
}

/** Opens a connection, and sends the beginning of a request. */
function begin(url: string, text: string, then?: (socket: Socket) => void): Socket {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  socket.write(text, () => then?.(socket));
  return socket;
}

const closed = expect.stringContaining('The connection closed') as string;

describe('a body that was parsed before', () => {
  it('by express.json() is rejected with advice, not as a wrong signature', async () => {
    const { receive, handler, logger } = receiver();
    const { url } = await startServer(express().use(express.json()).post('/', receive));

    expect((await fetch(url, await signed())).status).toBe(400);
    expect(handler).not.toHaveBeenCalled();
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('above app.use(express.json())'));
  });

  it.each([
    ['express.raw()', express.raw({ type: '*/*' })],
    ['express.text()', express.text({ type: '*/*' })],
  ])('by %s is accepted, because it is still raw', async (_, parser) => {
    const { receive, handler } = receiver();
    const { url } = await startServer(express().post('/', parser, receive));

    expect((await fetch(url, await signed())).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('by no parser, because express.json() skipped its type, is read from the stream', async () => {
    const json = express.json({ type: 'application/vnd.api+json' });
    const { url } = await startServer(express().use(json).post('/', receiver().receive));
    expect((await fetch(url, await signed())).status).toBe(204);
  });

  it("by Fastify's own JSON parser is rejected with advice", async () => {
    const { receive, logger } = receiver();
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
    const { receive, handler } = receiver();
    // As Google Cloud Functions and the adapters of AWS Lambda do.
    const keepRawBody = express.json({ verify: (request, _, rawBody) => void Object.assign(request, { rawBody }) });
    const { url } = await startServer(express().use(keepRawBody).post('/', receive));

    expect((await fetch(url, await signed())).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });
});

describe('nodeHandler()', () => {
  it('answers 405 to other methods', async () => {
    const { url } = await startServer(receiver().server);
    const response = await fetch(url);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('reads a body in many chunks', async () => {
    const { server, handler } = receiver();
    const { url } = await startServer(server);
    expect((await fetch(url, await signed({ ...userCreated, note: 'ä'.repeat(300_000) }))).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('answers 413 at the limit while an endless body still arrives', async () => {
    const { receive } = receiver();
    const requests: IncomingMessage[] = [];
    const { url } = await startServer((request, response) => {
      requests.push(request);
      void receive(request, response);
    });
    const socket = begin(url, 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
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
    const { server, logger } = receiver();
    const { url } = await startServer(server);
    begin(url, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"event":', (socket) => socket.destroy());

    await vi.waitFor(() => expect(logger.warn).toHaveBeenCalledExactlyOnceWith(closed));
    expect((await fetch(url, await signed())).status).toBe(204);
  });

  it('notices a connection that closed before the handler was called', async () => {
    const { receive, logger } = receiver();
    const { url } = await startServer((request, response) => {
      request.on('close', () => void receive(request, response)).on('error', () => undefined);
    });
    begin(url, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n', (socket) => socket.destroy());

    await vi.waitFor(() => expect(logger.warn).toHaveBeenCalledExactlyOnceWith(closed));
  });

  it('leaves a response alone that was sent by something else', async () => {
    const { webhooks, receive } = receiver();
    const { url } = await startServer((request, response) => {
      webhooks.on('user.created', () => void response.writeHead(202).end('taken'));
      void receive(request, response);
    });
    const response = await fetch(url, await signed());
    expect([response.status, await response.text()]).toEqual([202, 'taken']);
  });

  it('reads a stream with an encoding set', async () => {
    const { receive } = receiver();
    const { url } = await startServer((request, response) => void receive(request.setEncoding('utf8'), response));
    expect((await fetch(url, await signed())).status).toBe(204);
  });
});
