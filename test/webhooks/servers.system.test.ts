import { connect } from 'node:net';
import { createServer, type Server } from 'node:http';
import express from 'express';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Webhooks } from '@example/sdk/webhooks';
import { Program } from '../support/program.ts';
import { secret, signed, userCreated } from './signed-request.ts';

const examples = ['node-http', 'express', 'express-json-first', 'fastify', 'koa', 'hono'];

describe.each(examples)('examples/webhooks/%s.ts, over a real socket', (name) => {
  let program: Program;
  beforeAll(async () => {
    program = await Program.start(`../../examples/webhooks/${name}.ts`, { EXAMPLE_WEBHOOK_SECRET: secret });
  });
  afterAll(() => program.kill());

  it('welcomes the user that the webhook tells of', async () => {
    const event = { ...userCreated, data: { ...userCreated.data, name: `Zoë of ${name} 👋` } };
    const response = await fetch(`${program.url}/webhooks`, await signed(event));
    expect(response.status).toBe(204);
    await vi.waitFor(() => expect(program.output).toContain(`Welcome, Zoë of ${name} 👋!`));
  });

  it('refuses a changed body with 400', async () => {
    const { body, ...rest } = await signed();
    const response = await fetch(`${program.url}/webhooks`, { ...rest, body: body.replace('John', 'Eve') });
    expect(response.status).toBe(400);
    expect(await response.text()).toBe('');
    expect(program.output).not.toContain('Eve');
  });

  it('refuses a body over 1 MB with 413, and goes on', async () => {
    const padding = 'x'.repeat(1_048_577);
    const response = await fetch(`${program.url}/webhooks`, await signed({ ...userCreated, padding }));
    expect(response.status).toBe(413);
    expect((await fetch(`${program.url}/webhooks`, await signed())).status).toBe(204);
  });

  if (['express', 'express-json-first', 'fastify'].includes(name)) {
    it('leaves the JSON of other routes parsed', async () => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
      expect(await (await fetch(`${program.url}/echo`, init)).json()).toEqual({ a: 1 });
    });
  }
});

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

describe('a body parser that got there first', () => {
  it('Express with express.json(): fails with advice, not with a wrong signature', async () => {
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
  ])('Express with %s: takes what it left', async (_, parser) => {
    const { webhooks, handler } = receiver();
    const url = await listening(createServer(express().post('/', parser, webhooks.nodeHandler())));

    expect((await fetch(url, await signed())).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('Express with express.json(), when it left a request of another type alone', async () => {
    const { webhooks } = receiver();
    const app = express()
      .use(express.json({ type: 'application/vnd.api+json' }))
      .post('/', webhooks.nodeHandler());
    const url = await listening(createServer(app));

    expect((await fetch(url, await signed())).status).toBe(204);
  });

  it('Fastify with its own JSON parser: fails with advice', async () => {
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
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("{ parseAs: 'buffer' }"));
  });

  it('a platform that hands over a request with the body already on it', async () => {
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

  it('reads a body that comes in many small chunks', async () => {
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

  it('stops keeping an endless body at the limit, and answers while it still comes', async () => {
    const { webhooks } = receiver();
    const url = new URL(await listening(nodeServer(webhooks)));
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
  });

  it('survives a sender that hangs up in the middle of the body', async () => {
    const { webhooks, logger } = receiver();
    const url = new URL(await listening(nodeServer(webhooks)));
    const socket = connect(Number(url.port), url.hostname);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"event":', () => socket.destroy());

    await vi.waitFor(() =>
      expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('The connection closed')),
    );
    expect((await fetch(url, await signed())).status).toBe(204);
  });

  it('notices a sender that hung up before it was asked', async () => {
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

  it('leaves a response alone that something else has answered meanwhile', async () => {
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

  it('reads from a stream that was told to give text', async () => {
    const { webhooks } = receiver();
    const url = await listening(
      createServer((request, response) => void webhooks.nodeHandler()(request.setEncoding('utf8'), response)),
    );
    expect((await fetch(url, await signed())).status).toBe(204);
  });
});
