// Programs that serve a webhook as its recipe in docs/webhook-servers.md says, each with the real framework.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { type Program, startProgram } from '../../support/program.ts';
import { emptyFolder } from '../../support/tools.ts';
import { secret } from '../../webhooks/support/signed-request.ts';
import { preamble, recipe } from './recipes.ts';

const port = 'Number(process.env.PORT)';
const echo = "app.post('/echo', (request, response) => void response.json(request.body));";
const express = (from: string) => `import express from '${from}'; const app = express();
  ${recipe('Express 4 and 5: above app.use(express.json())')}
  app.use(express.json()); ${echo} app.listen(${port});`;
const expressBelow = (from: string) => `import express from '${from}'; const app = express();
  ${recipe('Express 4 and 5, below express.json(): keep the raw body')}
  ${echo} app.listen(${port});`;
const fastify = (from: string) => `import { fastify } from '${from}'; const app = fastify();
  ${recipe('Fastify 4 and 5')}
  app.post('/echo', (request, reply) => reply.send(request.body)); await app.listen({ port: ${port} });`;
const koa = "import Koa from 'koa'; import Router from '@koa/router'; const router = new Router();";
const nest = `import 'reflect-metadata'; import { NestFactory } from '@nestjs/core';
  import { Body, Controller, Module, Post, Req, Res } from '@nestjs/common';`;
const hono = "import { serve } from '@hono/node-server'; import { Hono } from 'hono'; const app = new Hono();";
const serve = `serve({ fetch: app.fetch, port: ${port} });`;

/** Azure's host calls the function with the library's request. */
const azure = `createServer(async (request, response) => {
  const { method, headers, url } = request;
  const body = { bytes: Buffer.concat(await Array.fromAsync(request)) };
  const azureRequest = new HttpRequest({ method, headers, url: 'http://localhost' + url, body });
  const result = (await functions[url]?.(azureRequest)) ?? { status: 404 };
  response.writeHead(result.status, result.headers).end();
}).listen(${port});`;

/** Calls the function with events as AWS documents them for each kind of trigger. */
const lambda = `const events = {
  '/url': ({ body, headers }) => ({ version: '2.0', headers, body: body.toString(), isBase64Encoded: false }),
  '/api-gateway-binary': ({ body, headers }) => ({ version: '2.0', headers, body: body.toString('base64'), isBase64Encoded: true }),
  '/api-gateway-v1': ({ body, raw, lists }) => ({ headers: raw, multiValueHeaders: lists, body: body.toString(), isBase64Encoded: false }),
  '/load-balancer-lists': ({ body, lists }) => ({ requestContext: { elb: {} }, multiValueHeaders: lists, body: body.toString(), isBase64Encoded: false }),
  '/load-balancer': ({ body, headers }) => ({ requestContext: { elb: {} }, headers, body: body.toString('base64'), isBase64Encoded: true }),
  '/no-body': ({ headers }) => ({ version: '2.0', headers, isBase64Encoded: false }),
};
createServer(async (request, response) => {
  const body = Buffer.concat(await Array.fromAsync(request));
  const raw = Object.fromEntries(Object.entries(request.headers).map(([name, value]) =>
    [name.replace(/\\b[a-z]/g, (letter) => letter.toUpperCase()), value]));
  const lists = Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, [value]]));
  const event = events[request.url]?.({ body, headers: request.headers, raw, lists });
  const { statusCode, headers } = event ? await lambda(event) : { statusCode: 404, headers: {} };
  response.writeHead(statusCode, headers).end();
}).listen(${port});`;
export const lambdaPaths = ['url', 'api-gateway-binary', 'api-gateway-v1', 'load-balancer', 'load-balancer-lists'];

/** What the user of a recipe has written around it. Those with `/echo` parse JSON there. */
export const servers: Readonly<Record<string, string>> = {
  'Express 4': express('express4'),
  'Express 5': express('express'),
  'Express 4, below express.json()': expressBelow('express4'),
  'Express 5, below express.json()': expressBelow('express'),
  'Fastify 4': fastify('fastify4'),
  'Fastify 5': fastify('fastify'),
  Koa: `${koa} ${recipe('Koa')} new Koa().use(router.routes()).listen(${port});`,
  'Koa, below a body parser': `${koa} import { bodyParser } from '@koa/bodyparser';
    ${recipe('Koa, below a body parser that keeps the raw text')}
    new Koa().use(bodyParser()).use(router.routes()).listen(${port});`,
  'NestJS on Fastify': `${nest} import { FastifyAdapter } from '@nestjs/platform-fastify';
    ${recipe('NestJS on Fastify: create the app with { rawBody: true }, too')}
    @Module({ controllers: [WebhooksController] }) class AppModule {}
    const app = await NestFactory.create(AppModule, new FastifyAdapter(), { rawBody: true, logger: ['error'] });
    await app.listen(${port});`,
  NestJS: `${nest} ${recipe('NestJS: the controller')}
    @Controller('echo') class EchoController { @Post() echo(@Body() body: unknown) { return body; } } // '/echo'
    @Module({ controllers: [WebhooksController, EchoController] }) class AppModule {}
    ${recipe('NestJS: main.ts')}
    await app.listen(${port});`,
  'node:http': `import { createServer as create } from 'node:http';
    const createServer = (listener) => create(listener).listen(${port});
    ${recipe('node:http')}`,
  Hono: `${hono} ${recipe('Hono')} ${serve}`,
  'Hono, below a middleware that reads the body': `${hono}
    app.use(async (c, next) => { await c.req.json(); await next(); });
    ${recipe('Hono, below a middleware that reads the body')} ${serve}`,
  Elysia: `import { serve } from '@hono/node-server'; import { Elysia } from 'elysia';
    const app = new Elysia(); app.onBeforeHandle(({ body }) => void body);
    ${recipe('Elysia')} ${serve}`,
  'h3 1': `import { createServer } from 'node:http';
    import { createApp, defineEventHandler, toNodeListener, toWebRequest } from 'h3v1'; const app = createApp();
    ${recipe('h3 1')} createServer(toNodeListener(app)).listen(${port});`,
  'h3 2': `import { H3, serve } from 'h3'; const app = new H3();
    ${recipe('h3 2')} serve(app, { port: ${port}, silent: true });`,
  'Google Cloud Functions': `import * as functions from '@google-cloud/functions-framework';
    ${recipe('Google Cloud Functions')}
    const { getTestServer } = await import('@google-cloud/functions-framework/testing');
    getTestServer('webhooks').listen(${port});`,
  'Azure Functions': `import { createServer } from 'node:http'; import { HttpRequest } from '@azure/functions';
    const functions = {}; const app = { http: (name, { handler }) => (functions['/' + name] = handler) };
    ${recipe('Azure Functions')} ${azure}`,
  'AWS Lambda': `import { createServer } from 'node:http';
    ${recipe('AWS Lambda: function URLs, API Gateway, load balancers')} ${lambda}`,
};

/** Starts a server whose user has written its recipe. */
export async function start(name: string, program: string): Promise<Program> {
  const file = join(await emptyFolder(name.replace(/\W+/g, '-').toLowerCase()), 'server.mjs');
  const { code } = await transform(`${preamble}\n${program}`, {
    loader: 'ts',
    format: 'esm',
    target: 'es2022',
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
  });
  await writeFile(file, code);
  return startProgram(pathToFileURL(file).href, { EXAMPLE_WEBHOOK_SECRET: secret });
}
