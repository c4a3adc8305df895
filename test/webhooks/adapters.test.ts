import { createServer, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import express, { type Express } from 'express';
import fastify from 'fastify';
import { Hono, type Handler } from 'hono';
import Koa from 'koa';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { startServer } from '../support/http-server.ts';
import { handling, receiver } from './support/receiver.ts';
import { signed, userCreated } from './support/signed-request.ts';

/** A receiver with a handler, and a server of `node:http` that uses it. */
function nodeReceiver(options?: Parameters<typeof handling>[0]) {
  const all = handling({ onError: undefined, ...options });
  const receive = all.webhooks.nodeHandler();
  const server: RequestListener = (request, response) => void receive(request, response);
  return { ...all, receive, server };
}

/** Opens a connection, and sends the beginning of a request. */
function begin(url: string, text: string, then?: (socket: Socket) => void): Socket {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  socket.write(text, () => then?.(socket));
  return socket;
}

async function post(listener: RequestListener, init?: RequestInit): Promise<Response> {
  const { url } = await startServer(listener);
  return fetch(url, init ?? (await signed()));
}

describe('nodeHandler() takes a body', () => {
  const all = { type: '*/*' };
  const keepRawBody = express.json({ verify: (request, _, rawBody) => void Object.assign(request, { rawBody }) });
  const advice = 'above app.use(express.json())';

  it.each<[status: number, what: string, app: () => Express, advice?: string]>([
    [204, 'that was not read', () => express()],
    [204, 'by express.raw()', () => express().use(express.raw(all))],
    [204, 'by express.text()', () => express().use(express.text(all))],
    [204, 'that express.json() skipped', () => express().use(express.json({ type: 'application/vnd.api+json' }))],
    [204, 'that a platform keeps as rawBody', () => express().use(keepRawBody)],
    [400, 'by express.json(), and says what to change', () => express().use(express.json()), advice],
  ])('%i: %s', async (status, _, app, advice) => {
    const { receive, handler, logger } = nodeReceiver();
    expect((await post(app().post('/', receive))).status).toBe(status);
    expect(handler).toHaveBeenCalledTimes(status === 204 ? 1 : 0);
    expect(logger.warn.mock.calls).toEqual(advice === undefined ? [] : [[expect.stringContaining(advice)]]);
  });

  it('that express.json() made of an empty one: 400', async () => {
    const { receive, logger } = nodeReceiver();
    const headers = { 'content-type': 'application/json' };
    const app = express().use(express.json()).post('/', receive);
    expect((await post(app, { method: 'POST', body: '', headers })).status).toBe(400);
    expect(logger.error).not.toHaveBeenCalled();
  });

  it("by Fastify's own JSON parser: 400, and says what to change", async () => {
    const { receive, logger } = nodeReceiver();
    const app = fastify({ forceCloseConnections: true });
    onTestFinished(() => app.close());
    app.post('/', async (request, reply) => {
      reply.hijack();
      await receive(request.raw, reply.raw);
    });
    expect((await fetch(await app.listen({ port: 0, host: '127.0.0.1' }), await signed())).status).toBe(400);
    expect(logger.warn.mock.lastCall?.[0]).toContain('in the onRequest hook');
  });

  it('in many chunks, up to the limit', async () => {
    const request = await signed({ ...userCreated, note: 'ä'.repeat(300_000) });
    const length = Buffer.byteLength(request.body);
    for (const [maxBodyBytes, status] of [
      [length, 204],
      [length - 1, 413],
    ] as const)
      expect(await post(nodeReceiver({ maxBodyBytes }).server, request)).toHaveProperty('status', status);
  });

  it('of a stream with an encoding', async () => {
    const { receive } = nodeReceiver();
    const response = await post((request, response) => void receive(request.setEncoding('utf8'), response));
    expect(response.status).toBe(204);
  });
});

describe('nodeHandler()', () => {
  it('answers 405 to other methods', async () => {
    const response = await post(nodeReceiver().server, { method: 'GET' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('answers 413 at the limit while an endless body still arrives, and keeps nothing of it', async () => {
    const { receive } = nodeReceiver();
    const listeners: (() => number)[] = [];
    const { url } = await startServer((request, response) => {
      listeners.push(() => request.listenerCount('data'));
      void receive(request, response);
    });
    const socket = begin(url, 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const write = () => void (socket.destroyed || socket.write(chunk, write));
    write();
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    expect(listeners[0]?.()).toBe(0);
  });

  it.each(['in the middle of the body', 'before the handler is called'])(
    'survives a connection that closes %s',
    async (when) => {
      const { server, logger } = nodeReceiver();
      const { url } = await startServer((request, response) => {
        if (when === 'in the middle of the body') server(request, response);
        else request.on('close', () => server(request, response)).on('error', () => undefined);
      });
      begin(url, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"event":', (socket) => socket.destroy());
      await expect.poll(() => logger.warn).toHaveBeenCalledOnce();
      expect(logger.warn.mock.lastCall?.[0]).toContain('The connection closed before the body was complete.');
    },
  );

  it('leaves a response alone that was sent by something else', async () => {
    const { webhooks, receive } = nodeReceiver();
    const response = await post((request, response) => {
      webhooks.on('user.created', () => void response.writeHead(202).end('taken'));
      void receive(request, response);
    });
    expect([response.status, await response.text()]).toEqual([202, 'taken']);
  });
});

it('handler() takes a Request of another library, without a stream', async () => {
  const { handle, handler } = handling();
  const { method, headers, body } = await signed();
  const arrayBuffer = () => Promise.resolve(new TextEncoder().encode(body).buffer);
  const polyfill = { method, headers: new Headers(headers), bodyUsed: false, arrayBuffer };
  expect((await handle(polyfill as unknown as Request)).status).toBe(204);
  expect(handler).toHaveBeenCalledOnce();
});

describe('an adapter for another kind of server', () => {
  const { webhooks } = receiver();
  const request = new Request('https://shop.example');
  const toGuide = 'docs/webhook-servers.md says what to write in each framework';
  const toHandler = 'This server passes a Request: use webhooks.handler().';
  const toNodeHandler = 'This server passes the request and response of node:http: use webhooks.nodeHandler().';
  const pair = { on: () => 0, end: () => 0 };

  it.each<[name: 'handler' | 'nodeHandler', what: string, args: unknown[], advice: string]>([
    ['handler', 'a request and response of Node', [pair, pair], toNodeHandler],
    ['handler', 'an event of SvelteKit', [{ request }], toGuide],
    ['handler', 'something with the methods of both', [pair], toGuide],
    ['handler', 'a Request without headers', [{ method: 'POST', headers: {}, arrayBuffer: vi.fn() }], toGuide],
    ['handler', 'a Request without method', [{ headers: new Headers(), arrayBuffer: vi.fn() }], toGuide],
    ['handler', 'a Request without body', [{ method: 'POST', headers: new Headers() }], toGuide],
    ['handler', 'nothing', [], toGuide],
    ['handler', 'a body', ['{}'], toGuide],
    ['nodeHandler', 'a Request', [request, {}], toHandler],
    ['nodeHandler', 'nothing', [], toGuide],
    ['nodeHandler', 'a request without its response', [pair], toGuide],
    ['nodeHandler', 'a response without its request', [undefined, pair], toGuide],
  ])('%s() throws for %s', (name, _, args, advice) => {
    // Synchronously: Express 4, for one, does not notice a rejection.
    const handle = () => (webhooks[name]() as (...given: unknown[]) => unknown)(...args);
    expect(handle).toThrow(InvalidRequestError);
    expect(handle).toThrow(advice);
  });

  it('is named in the answers of Express and Hono', async () => {
    const response = await post(express().post('/', webhooks.handler() as never));
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining(toNodeHandler)]);
    const app = new Hono().post('/', webhooks.handler() as unknown as Handler); // a mistake
    app.onError((error, context) => context.text(error.message, 500));
    const message = await (await app.request('/', await signed())).text();
    expect(message).toContain('handler() takes a Request, such as c.req.raw in Hono.');
  });
});

describe('an adapter that is not called', () => {
  const { webhooks } = receiver();

  it('is refused by the types of servers', () => {
    expect(() => {
      // @ts-expect-error -- it is the result of nodeHandler() that handles requests
      express().post('/', webhooks.nodeHandler);
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

  it.each(['handler', 'nodeHandler'] as const)('throws, whatever it gets: %s', (name) => {
    for (const argument of [new Request('https://shop.example'), {}, null, undefined])
      expect(() => webhooks[name](argument as never)).toThrow(
        new InvalidRequestError(
          `${name} returns a handler: pass webhooks.${name}() to the server, not webhooks.${name}.`,
        ),
      );
  });
});
