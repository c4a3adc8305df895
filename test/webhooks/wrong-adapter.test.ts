import { createServer, type RequestListener } from 'node:http';
import express from 'express';
import { Hono, type Handler } from 'hono';
import Koa from 'koa';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { startServer } from '../support/http-server.ts';
import { receiver } from './support/receiver.ts';
import { signed } from './support/signed-request.ts';

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
const toGuide = 'docs/webhooks.md says what to write in each framework';

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
