import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startServer } from '../support/http-server.ts';
import { receiver } from './support/receiver.ts';
import { signed, userCreated } from './support/signed-request.ts';
import { Hono, type Handler } from 'hono';
import Koa from 'koa';
import { InvalidRequestError } from '../../src/errors/index.ts';

/** A receiver with a handler, and a server of `node:http` that uses it. */
function nodeReceiver(options?: Parameters<typeof receiver>[0]) {
  const handler = vi.fn();
  const { webhooks, logger } = receiver(options);
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
    const { receive, handler, logger } = nodeReceiver();
    const { url } = await startServer(express().use(express.json()).post('/', receive));

    expect((await fetch(url, await signed())).status).toBe(400);
    expect(handler).not.toHaveBeenCalled();
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('above app.use(express.json())'));
  });

  it('by express.json() is rejected also if it is empty', async () => {
    const { receive, logger } = nodeReceiver();
    const { url } = await startServer(express().use(express.json()).post('/', receive));

    const headers = { 'content-type': 'application/json' };
    expect((await fetch(url, { method: 'POST', body: '', headers })).status).toBe(400);
    expect(logger.error).not.toHaveBeenCalled();
  });

  it.each([
    ['express.raw()', express.raw({ type: '*/*' })],
    ['express.text()', express.text({ type: '*/*' })],
  ])('by %s is accepted, because it is still raw', async (_, parser) => {
    const { receive, handler } = nodeReceiver();
    const { url } = await startServer(express().post('/', parser, receive));

    expect((await fetch(url, await signed())).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('by no parser, because express.json() skipped its type, is read from the stream', async () => {
    const json = express.json({ type: 'application/vnd.api+json' });
    const { url } = await startServer(express().use(json).post('/', nodeReceiver().receive));
    expect((await fetch(url, await signed())).status).toBe(204);
  });

  it("by Fastify's own JSON parser is rejected with advice", async () => {
    const { receive, logger } = nodeReceiver();
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
    const { receive, handler } = nodeReceiver();
    // As Google Cloud Functions and the adapters of AWS Lambda do.
    const keepRawBody = express.json({ verify: (request, _, rawBody) => void Object.assign(request, { rawBody }) });
    const { url } = await startServer(express().use(keepRawBody).post('/', receive));

    expect((await fetch(url, await signed())).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });
});

describe('nodeHandler()', () => {
  it('answers 405 to other methods', async () => {
    const { url } = await startServer(nodeReceiver().server);
    const response = await fetch(url);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('reads a body in many chunks, up to the limit', async () => {
    const request = await signed({ ...userCreated, note: 'ä'.repeat(300_000) });
    const length = Buffer.byteLength(request.body);
    for (const [maxBodyBytes, status] of [
      [length, 204],
      [length - 1, 413],
    ] as const) {
      const { url } = await startServer(nodeReceiver({ maxBodyBytes }).server);
      expect(await fetch(url, request)).toHaveProperty('status', status);
    }
  });

  it('answers 413 at the limit while an endless body still arrives', async () => {
    const { receive } = nodeReceiver();
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
    const { server, logger } = nodeReceiver();
    const { url } = await startServer(server);
    begin(url, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"event":', (socket) => socket.destroy());

    await expect.poll(() => logger.warn).toHaveBeenCalledExactlyOnceWith(closed);
    expect((await fetch(url, await signed())).status).toBe(204);
  });

  it('notices a connection that closed before the handler was called', async () => {
    const { receive, logger } = nodeReceiver();
    const { url } = await startServer((request, response) => {
      request.on('close', () => void receive(request, response)).on('error', () => undefined);
    });
    begin(url, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n', (socket) => socket.destroy());

    await expect.poll(() => logger.warn).toHaveBeenCalledExactlyOnceWith(closed);
  });

  it('leaves a response alone that was sent by something else', async () => {
    const { webhooks, receive } = nodeReceiver();
    const { url } = await startServer((request, response) => {
      webhooks.on('user.created', () => void response.writeHead(202).end('taken'));
      void receive(request, response);
    });
    const response = await fetch(url, await signed());
    expect([response.status, await response.text()]).toEqual([202, 'taken']);
  });

  it('reads a stream with an encoding set', async () => {
    const { receive } = nodeReceiver();
    const { url } = await startServer((request, response) => void receive(request.setEncoding('utf8'), response));
    expect((await fetch(url, await signed())).status).toBe(204);
  });
});

/** Sends a signed webhook to the listener, and returns the answer. */
async function post(listener: RequestListener): Promise<Response> {
  const { url } = await startServer(listener);
  return fetch(url, await signed());
}

/** What Hono's handler for errors gets. */
async function errorInHono(handler: unknown): Promise<string> {
  const app = new Hono().post('/', handler as Handler); // a mistake
  app.onError((error, context) => context.text(error.message, 500));
  return (await app.request('/', await signed())).text();
}

const toNodeHandler = 'This server passes the request and response of node:http: use webhooks.nodeHandler().';
const toHandler = 'This server passes a Request: use webhooks.handler().';
const toGuide = 'docs/webhook-servers.md says what to write in each framework';

describe('an adapter that is not called', () => {
  const { webhooks } = receiver();
  const application = express();

  it('is refused by the types of servers', () => {
    expect(() => {
      // @ts-expect-error -- it is the result of nodeHandler() that handles requests
      application.post('/', webhooks.nodeHandler);
      // @ts-expect-error -- the same in node:http
      createServer(webhooks.nodeHandler);
      // @ts-expect-error -- the same in Hono
      new Hono().post('/', webhooks.handler);
      // @ts-expect-error -- the same in Koa
      new Koa().use(webhooks.nodeHandler);
      // @ts-expect-error -- the same where a function of Request is expected: Next.js, Bun, Deno, Workers
      const route: (request: Request) => Response | Promise<Response> = webhooks.handler;
      expect(route).toBeDefined();
    }).not.toThrow();
  });

  it('throws in Express, which answers 500 and logs what to write', async () => {
    const app = express().post('/', webhooks.nodeHandler as never);
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    onTestFinished(() => logged.mockRestore());
    const response = await post(app);
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('pass webhooks.nodeHandler() to the server, not webhooks.nodeHandler');
  });

  it('throws for whatever it is called with', () => {
    for (const argument of [new Request('https://shop.example'), {}, null, undefined]) {
      expect(() => webhooks.handler(argument as never)).toThrow(InvalidRequestError);
      expect(() => webhooks.nodeHandler(argument as never)).toThrow(InvalidRequestError);
    }
    expect(webhooks.handler()).toBeTypeOf('function');
    expect(webhooks.nodeHandler()).toBeTypeOf('function');
  });
});

describe('handler(), which takes a Request', () => {
  it('says in Express to use nodeHandler()', async () => {
    const response = await post(express().post('/', receiver().webhooks.handler() as never));
    expect(response.status).toBe(500);
    expect(await response.text()).toContain(toNodeHandler);
  });

  it('says in Hono what to pass', async () => {
    const message = await errorInHono(receiver().handle);
    expect(message).toContain('handler() takes a Request, such as c.req.raw in Hono.');
    expect(message).toContain(toGuide);
  });

  it.each([
    ['an event of SvelteKit', { request: new Request('https://shop.example') }],
    ['something with the methods of neither', { on: () => 0, end: () => 0 }],
    ['a Request without its headers', { method: 'POST', headers: {}, arrayBuffer: vi.fn() }],
    ['a Request without its method', { headers: new Headers(), arrayBuffer: vi.fn() }],
    ['a Request without its body', { method: 'POST', headers: new Headers() }],
    ['nothing', undefined],
    ['null', null],
    ['a body', '{}'],
  ])('names the guide for %s', (_, argument) => {
    const handle = () => receiver().webhooks.handler()(argument as never);
    // Synchronously: Express 4, for one, does not notice a rejection.
    expect(handle).toThrow(InvalidRequestError);
    expect(handle).toThrow(toGuide);
  });

  it('takes a Request of another library, without a stream', async () => {
    const { webhooks, handle } = receiver();
    const handler = vi.fn();
    webhooks.on('user.created', handler);
    const { method, headers, body } = await signed();
    const polyfill = {
      method,
      headers: new Headers(headers),
      bodyUsed: false,
      arrayBuffer: () => Promise.resolve(new TextEncoder().encode(body).buffer),
    };
    expect((await handle(polyfill as unknown as Request)).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });
});

describe('nodeHandler(), which takes the request and response of node:http', () => {
  it('says in a server of Requests to use handler()', () => {
    const handle = () => receiver().webhooks.nodeHandler()(new Request('https://shop.example') as never, {} as never);
    expect(handle).toThrow(InvalidRequestError);
    expect(handle).toThrow(toHandler);
  });

  it.each([
    ['nothing', undefined, undefined],
    ['a request without its response', { on: () => 0 }, undefined],
    ['a response without its request', undefined, { end: () => 0 }],
  ])('names the guide for %s', (_, first, second) => {
    const handle = () => receiver().webhooks.nodeHandler()(first as never, second as never);
    expect(handle).toThrow(InvalidRequestError);
    expect(handle).toThrow(toGuide);
  });
});
