import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import express, { type Express } from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { describe, expect, it, onTestFinished } from 'vitest';
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

/** Opens a connection and sends the beginning of a request. */
function begin(url: string, headers: string, then?: (socket: Socket) => void): Socket {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${headers}`, () => then?.(socket));
  return socket;
}

async function send(listener: RequestListener, init?: RequestInit): Promise<Response> {
  return fetch((await startServer(listener)).url, init ?? (await signed()));
}

describe('nodeHandler()', () => {
  const all = { type: '*/*' };
  const keepRawBody = express.json({ verify: (request, _, rawBody) => void Object.assign(request, { rawBody }) });
  const empty = { method: 'POST', body: '', headers: { 'content-type': 'application/json' } };

  it.each<[status: number, what: string, app: () => Express, line?: string | undefined, init?: RequestInit]>([
    [204, 'that was not read', () => express()],
    [204, 'by express.raw()', () => express().use(express.raw(all))],
    [204, 'by express.text()', () => express().use(express.text(all))],
    [204, 'that express.json() skipped', () => express().use(express.json({ type: 'application/vnd.api+json' }))],
    [204, 'that a platform keeps as rawBody', () => express().use(keepRawBody)],
    [400, 'by express.json()', () => express().use(express.json()), 'above app.use(express.json())'],
    [400, 'that is empty', () => express().use(express.json()), 'The body was read', empty],
    [405, 'of a GET', () => express(), undefined, { method: 'GET' }],
  ])('%i: gets a body %s', async (status, _, app, line, init) => {
    const { receive, handler, logger } = nodeReceiver();
    const response = await send(app().all('/', receive), init);
    expect([response.status, response.headers.get('allow')]).toEqual([status, status === 405 ? 'POST' : null]);
    expect(handler).toHaveBeenCalledTimes(status === 204 ? 1 : 0);
    expect(logger.warn.mock.calls).toEqual(line === undefined ? [] : [[expect.stringContaining(line)]]);
  });

  it("says what to change if Fastify's JSON parser has read the body", async () => {
    const { receive, logger } = nodeReceiver();
    const app = fastify({ forceCloseConnections: true });
    onTestFinished(() => app.close());
    app.post('/', (request, reply) => receive(request.raw, reply.hijack().raw));
    expect((await fetch(await app.listen({ port: 0, host: '127.0.0.1' }), await signed())).status).toBe(400);
    expect(logger.warn.mock.lastCall?.[0]).toContain('in the onRequest hook');
  });

  it('accepts a body in many chunks, up to the limit, even from a stream with an encoding', async () => {
    const request = await signed({ ...userCreated, note: 'ä'.repeat(300_000) });
    const maxBodyBytes = Buffer.byteLength(request.body);
    const { receive, server } = nodeReceiver({ maxBodyBytes });
    const decoded: RequestListener = (request, response) => void receive(request.setEncoding('utf8'), response);
    for (const each of [server, decoded]) expect((await send(each, request)).status).toBe(204);
    expect((await send(nodeReceiver({ maxBodyBytes: maxBodyBytes - 1 }).server, request)).status).toBe(413);
  });

  it('answers 413 at the limit, even if an endless body still arrives, and keeps none of it', async () => {
    const { receive } = nodeReceiver();
    let listeners = (): number => NaN;
    const { url } = await startServer((request, response) => {
      listeners = () => request.listenerCount('data');
      void receive(request, response);
    });
    const socket = begin(url, 'Transfer-Encoding: chunked\r\n\r\n');
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const write = () => void (socket.destroyed || socket.write(chunk, write));
    write();
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    expect(listeners()).toBe(0);
  });

  it.each([false, true])('survives a connection that closes in the body, before the handler: %s', async (isBefore) => {
    const { server, logger } = nodeReceiver();
    const { url } = await startServer((request, response) => {
      if (isBefore) request.on('close', () => server(request, response)).on('error', () => undefined);
      else server(request, response);
    });
    begin(url, 'Content-Length: 100\r\n\r\n{"event":', (socket) => socket.destroy());
    await expect.poll(() => logger.warn).toHaveBeenCalledOnce();
    expect(logger.warn.mock.lastCall?.[0]).toContain('The connection closed before the body was complete.');
  });

  it("doesn't touch a response that something else has sent", async () => {
    const { receive } = nodeReceiver();
    let received: Promise<void> | undefined;
    const listener: RequestListener = (request, response) => {
      response.writeHead(202).end('taken');
      received = receive(request, response);
    };
    const response = await send(listener, { method: 'GET' });
    expect([response.status, await response.text(), await received]).toEqual([202, 'taken', undefined]);
  });
});

it("handler() accepts another library's Request without a stream", async () => {
  const { handle } = handling();
  const { method, headers, body } = await signed();
  const arrayBuffer = () => Promise.resolve(new TextEncoder().encode(body).buffer);
  const polyfill = { method, headers: new Headers(headers), bodyUsed: false, arrayBuffer };
  expect((await handle(polyfill as unknown as Request)).status).toBe(204);
});

describe('a mistake is explained', () => {
  const { webhooks } = receiver();
  const toGuide = 'docs/webhook-servers.md says what to write in each framework';
  const toHandler = 'This server passes a Request: use webhooks.handler().';
  const toNodeHandler =
    'such as c.req.raw in Hono. This server passes the request and response of node:http: use webhooks.nodeHandler().';
  const [method, headers, arrayBuffer] = ['POST', new Headers(), () => 0];
  const pair = { on: () => 0, end: () => 0 };

  it.each<['handler' | 'nodeHandler', what: string, args: unknown[], advice: string]>([
    ['handler', 'a request and response of Node', [pair, pair], toNodeHandler],
    ['handler', 'a Request without headers', [{ method, headers: {}, arrayBuffer }], toGuide],
    ['handler', 'a Request without method', [{ headers, arrayBuffer }], toGuide],
    ['handler', 'a Request without body', [{ method, headers }], toGuide],
    ['nodeHandler', 'a Request', [new Request('https://shop.example'), {}], toHandler],
    ['nodeHandler', 'a request without its response', [pair], toGuide],
    ['nodeHandler', 'a response without its request', [undefined, pair], toGuide],
  ])('%s() gets %s', (name, _, args, advice) => {
    // Synchronously, because some frameworks, such as Express 4, ignore a rejection.
    const handle = () => (webhooks[name]() as (...given: unknown[]) => unknown)(...args);
    expect(handle).toThrow(InvalidRequestError);
    expect(handle).toThrow(advice);
  });

  it.each(['handler', 'nodeHandler'] as const)("an adapter that isn't called: %s", (name) => {
    const message = `${name} returns a handler: pass webhooks.${name}() to the server, not webhooks.${name}.`;
    expect(() => webhooks[name](undefined as never)).toThrow(new InvalidRequestError(message));
    // The servers' types also reject it.
    const mistakes = () => {
      // @ts-expect-error -- the result of nodeHandler() handles requests
      express().post('/', webhooks.nodeHandler);
      // @ts-expect-error -- the same in Hono
      new Hono().post('/', webhooks.handler);
      // @ts-expect-error -- the same in Koa
      new Koa().use(webhooks.nodeHandler);
      // @ts-expect-error -- the same for a function of Request, as in Next.js, Bun, Deno and Workers
      const route: (request: Request) => Response | Promise<Response> = webhooks.handler;
      return route;
    };
    expect(mistakes).not.toThrow();
  });
});
