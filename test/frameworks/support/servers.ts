// Programs that serve a webhook as its recipe in docs/webhook-servers.md says, each with the real framework.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { type Program, startProgram } from '../../support/program.ts';
import { secret } from '../../webhooks/support/signed-request.ts';
import { emptyFolder } from './frameworks.ts';
import { preamble, recipe } from './recipes.ts';

const port = 'Number(process.env.PORT)';
const echo = "app.post('/echo', (request, response) => void response.json(request.body));";

export interface Server {
  readonly name: string;
  readonly recipe: string;
  /** What the recipe's user has written above and below it. */
  readonly above: string;
  readonly below: string;
  /** Paths of the webhook. Default: `/webhooks`. */
  readonly paths?: readonly string[];
  /** Whether it parses JSON on `/echo`, which the recipe must not prevent. */
  readonly echoes?: boolean;
}

const express = (name: string, from: string): Server[] => [
  {
    name,
    recipe: 'Express 4 and 5: above app.use(express.json())',
    above: `import express from '${from}'; const app = express();`,
    below: `app.use(express.json()); ${echo} app.listen(${port});`,
    echoes: true,
  },
  {
    name: `${name}, below express.json()`,
    recipe: 'Express 4 and 5, below express.json(): keep the raw body',
    above: `import express from '${from}'; const app = express();`,
    below: `${echo} app.listen(${port});`,
    echoes: true,
  },
];

const fastify = (name: string, from: string): Server => ({
  name,
  recipe: 'Fastify 4 and 5',
  above: `import { fastify } from '${from}'; const app = fastify();`,
  below: `app.post('/echo', (request, reply) => reply.send(request.body)); await app.listen({ port: ${port} });`,
  echoes: true,
});

/** Events as AWS documents them for each kind of trigger. */
const lambdaEvents = `{
  '/function-url': ({ body, headers }) => ({ version: '2.0', headers, body: body.toString(), isBase64Encoded: false }),
  '/api-gateway-binary': ({ body, headers }) => ({ version: '2.0', headers, body: body.toString('base64'), isBase64Encoded: true }),
  '/api-gateway-v1': ({ body, rawHeaders, lists }) => ({ headers: rawHeaders, multiValueHeaders: lists, body: body.toString(), isBase64Encoded: false }),
  '/load-balancer-lists': ({ body, lists }) => ({ requestContext: { elb: {} }, multiValueHeaders: lists, body: body.toString(), isBase64Encoded: false }),
  '/load-balancer': ({ body, headers }) => ({ requestContext: { elb: {} }, headers, body: body.toString('base64'), isBase64Encoded: true }),
  '/no-body': ({ headers }) => ({ version: '2.0', headers, isBase64Encoded: false }),
}`;

export const servers: readonly Server[] = [
  ...express('Express 4', 'express4'),
  ...express('Express 5', 'express'),
  fastify('Fastify 4', 'fastify4'),
  fastify('Fastify 5', 'fastify'),
  {
    name: 'Koa',
    recipe: 'Koa',
    above: "import Koa from 'koa'; import Router from '@koa/router'; const router = new Router();",
    below: `new Koa().use(router.routes()).listen(${port});`,
  },
  {
    name: 'Koa, below a body parser',
    recipe: 'Koa, below a body parser that keeps the raw text',
    above: `import Koa from 'koa'; import Router from '@koa/router'; import { bodyParser } from '@koa/bodyparser';
      const router = new Router();`,
    below: `new Koa().use(bodyParser()).use(router.routes()).listen(${port});`,
  },
  {
    name: 'NestJS on Fastify',
    recipe: 'NestJS on Fastify: create the app with { rawBody: true }, too',
    above: `import 'reflect-metadata';
      import { Controller, Module, Post, Req, Res, type RawBodyRequest } from '@nestjs/common';
      import { NestFactory } from '@nestjs/core';
      import { FastifyAdapter } from '@nestjs/platform-fastify';
      import type { FastifyReply, FastifyRequest } from 'fastify';`,
    below: `@Module({ controllers: [WebhooksController] }) class AppModule {}
      const app = await NestFactory.create(AppModule, new FastifyAdapter(), { rawBody: true, logger: ['error'] });
      await app.listen(${port});`,
  },
  {
    name: 'NestJS',
    recipe: 'NestJS: the controller',
    above: `import 'reflect-metadata';
      import { Body, Controller, Module, Post, Req, Res } from '@nestjs/common';
      import type { NodeRequest, NodeResponse } from '@example/sdk/webhooks';
      import { NestFactory } from '@nestjs/core';`,
    below: `@Controller('echo') class EchoController { @Post() echo(@Body() body: unknown) { return body; } }
      @Module({ controllers: [WebhooksController, EchoController] }) class AppModule {}
      ${recipe('NestJS: main.ts')}
      await app.listen(${port});`,
    echoes: true,
  },
  {
    name: 'node:http',
    recipe: 'node:http',
    above: `import { createServer as create } from 'node:http';
      const createServer = (listener) => create(listener).listen(${port});`,
    below: '',
  },
  {
    name: 'Hono',
    recipe: 'Hono',
    above: "import { serve } from '@hono/node-server'; import { Hono } from 'hono'; const app = new Hono();",
    below: `serve({ fetch: app.fetch, port: ${port} });`,
  },
  {
    name: 'Hono, below a middleware that reads the body',
    recipe: 'Hono, below a middleware that reads the body',
    above: `import { serve } from '@hono/node-server'; import { Hono } from 'hono'; const app = new Hono();
      import type { WebhookResponse } from '@example/sdk/webhooks';
      app.use(async (c, next) => { await c.req.json(); await next(); });`,
    below: `serve({ fetch: app.fetch, port: ${port} });`,
  },
  {
    name: 'Elysia',
    recipe: 'Elysia',
    above: `import { serve } from '@hono/node-server'; import { Elysia } from 'elysia';
      const app = new Elysia(); app.onBeforeHandle(({ body }) => void body);`,
    below: `serve({ fetch: app.fetch, port: ${port} });`,
  },
  {
    name: 'h3 1',
    recipe: 'h3 1',
    above: `import { createServer } from 'node:http';
      import { createApp, defineEventHandler, toNodeListener, toWebRequest } from 'h3v1';
      const app = createApp();`,
    below: `createServer(toNodeListener(app)).listen(${port});`,
  },
  {
    name: 'h3 2',
    recipe: 'h3 2',
    above: "import { H3, serve } from 'h3'; const app = new H3();",
    below: `serve(app, { port: ${port}, silent: true });`,
  },
  {
    name: 'Google Cloud Functions',
    recipe: 'Google Cloud Functions',
    above: "import * as functions from '@google-cloud/functions-framework';",
    below: `const { getTestServer } = await import('@google-cloud/functions-framework/testing');
      getTestServer('webhooks').listen(${port});`,
  },
  {
    name: 'Azure Functions',
    recipe: 'Azure Functions',
    // Azure's host calls the function with the library's request.
    above: `import { createServer } from 'node:http'; import { HttpRequest } from '@azure/functions';
      const functions = {};
      const app = { http: (name, { handler }) => (functions['/' + name] = handler) };`,
    below: `createServer(async (request, response) => {
        const { method, headers, url } = request;
        const body = { bytes: Buffer.concat(await Array.fromAsync(request)) };
        const azureRequest = new HttpRequest({ method, headers, url: 'http://localhost' + url, body });
        const result = (await functions[url]?.(azureRequest)) ?? { status: 404 };
        response.writeHead(result.status, result.headers).end();
      }).listen(${port});`,
  },
  {
    name: 'AWS Lambda',
    recipe: 'AWS Lambda: function URLs, API Gateway, load balancers',
    above: "import { createServer } from 'node:http';",
    below: `const events = ${lambdaEvents};
      createServer(async (request, response) => {
        const body = Buffer.concat(await Array.fromAsync(request));
        const rawHeaders = Object.fromEntries(Object.entries(request.headers).map(([name, value]) =>
          [name.replace(/\\b[a-z]/g, (letter) => letter.toUpperCase()), value]));
        const lists = Object.fromEntries(Object.entries(rawHeaders).map(([name, value]) => [name, [value]]));
        const event = events[request.url]?.({ body, headers: request.headers, rawHeaders, lists });
        const { statusCode, headers } = event ? await lambda(event) : { statusCode: 404, headers: {} };
        response.writeHead(statusCode, headers).end();
      }).listen(${port});`,
    paths: ['/function-url', '/api-gateway-binary', '/api-gateway-v1', '/load-balancer', '/load-balancer-lists'],
  },
];

/** Starts a server whose user has written its recipe. */
export async function start({ name, recipe: code, above, below }: Server): Promise<Program> {
  const folder = await emptyFolder(name.replace(/\W+/g, '-').toLowerCase());
  const file = join(folder, 'server.mjs');
  const compiled = await transform([above, preamble, recipe(code), below].join('\n'), {
    loader: 'ts',
    format: 'esm',
    target: 'es2022',
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
  });
  await writeFile(file, compiled.code);
  return startProgram(pathToFileURL(file).href, { EXAMPLE_WEBHOOK_SECRET: secret });
}
