import { createServer, type RequestListener } from 'node:http';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { receiver } from './support/receiver.ts';
import { signed } from './support/signed-request.ts';

/** Sends a signed webhook to the listener, and returns the answer. */
async function post(listener: RequestListener): Promise<Response> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return fetch(`http://127.0.0.1:${port}/`, await signed());
}

describe('handler(), which takes a Request', () => {
  it('says in Express to use nodeHandler()', async () => {
    const response = await post(express().post('/', receiver().webhooks.handler() as never));
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('use webhooks.nodeHandler()');
  });

  it('says in Hono how to pass the Request', async () => {
    const errors: unknown[] = [];
    const app = new Hono().post('/', receiver().webhooks.handler() as never);
    app.onError((error, context) => (errors.push(error), context.body(null, 500)));
    expect((await app.request('/', await signed())).status).toBe(500);
    expect(errors).toEqual([
      expect.objectContaining({ message: expect.stringContaining('receive(context.req.raw)') as string }),
    ]);
  });

  it('says in Hono how to pass the Request, given its own request', async () => {
    const app = new Hono().post('/', (context) => receiver().webhooks.handler()(context.req as never));
    app.onError((error, context) => context.text(error.message, 500));
    expect(await (await app.request('/', await signed())).text()).toContain('receive(context.req.raw)');
  });

  it('says in Koa what to pass to nodeHandler()', async () => {
    const app = new Koa();
    const failed = vi.fn();
    app.on('error', failed);
    app.use(receiver().webhooks.handler() as never);
    expect((await post((request, response) => void app.callback()(request, response))).status).toBe(500);
    expect(failed.mock.lastCall?.[0]).toHaveProperty('message', expect.stringContaining('receive(context.req, '));
  });

  it('says in Fastify what to pass to nodeHandler()', async () => {
    const app = fastify();
    app.post('/', receiver().webhooks.handler() as never);
    const response = await app.inject({ url: '/', ...(await signed()) });
    expect(response.statusCode).toBe(500);
    expect(response.json()).toHaveProperty('message', expect.stringContaining('receive(request.raw, reply.raw)'));
  });

  it.each([
    ['an event of h3 1', { node: { req: { on: () => 0 }, res: { end: () => 0 } } }, 'receive(toWebRequest(event))'],
    ['an event of h3 2', { req: new Request('https://shop.example') }, 'receive(event.req)'],
    ['an event of SvelteKit', { request: new Request('https://shop.example') }, '({ request }) => receive(request)'],
    ['an event of Lambda', { body: '', headers: {}, isBase64Encoded: false }, 'Buffer.from(body'],
    ['an event of an older Lambda', { body: '', headers: {}, requestContext: {} }, 'Buffer.from(body'],
    ['nothing', undefined, 'pass body and headers to webhooks.receive()'],
    ['null', null, 'pass body and headers to webhooks.receive()'],
    ['a body', '{}', 'pass body and headers to webhooks.receive()'],
  ])('says what to write for %s', (_, argument, advice) => {
    const handle = () => receiver().webhooks.handler()(argument as never);
    // Synchronously: Express 4, for one, does not notice a rejection.
    expect(handle).toThrow(InvalidRequestError);
    expect(handle).toThrow(advice);
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
  it('says in Hono to use handler()', async () => {
    const app = new Hono().post('/', receiver().webhooks.nodeHandler() as never);
    app.onError((error, context) => context.text(error.message, 500));
    expect(await (await app.request('/', await signed())).text()).toContain('receive = webhooks.handler()');
  });

  it('says in Koa what to pass', async () => {
    const app = new Koa();
    const failed = vi.fn();
    app.on('error', failed);
    app.use(receiver().webhooks.nodeHandler() as never);
    expect((await post((request, response) => void app.callback()(request, response))).status).toBe(500);
    expect(failed.mock.lastCall?.[0]).toHaveProperty('message', expect.stringContaining('receive(context.req, '));
  });

  it('says in Fastify what to pass', async () => {
    const app = fastify();
    app.post('/', receiver().webhooks.nodeHandler() as never);
    const response = await app.inject({ url: '/', ...(await signed()) });
    expect(response.json()).toHaveProperty('message', expect.stringContaining('receive(request.raw, reply.raw)'));
  });

  it.each([
    ['a Request', new Request('https://shop.example'), 'use webhooks.handler()'],
    ['nothing', undefined, 'pass body and headers to webhooks.receive()'],
  ])('says what to write for %s', (_, argument, advice) => {
    const handle = () => receiver().webhooks.nodeHandler()(argument as never, undefined as never);
    expect(handle).toThrow(InvalidRequestError);
    expect(handle).toThrow(advice);
  });
});
