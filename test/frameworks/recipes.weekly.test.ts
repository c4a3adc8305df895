import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { expect, it } from 'vitest';
import { runTool } from '../package/support/run-tool.ts';
import { startProgram } from '../support/program.ts';
import { emptyFolder } from '../support/tools.ts';
import { secret, signed, userCreated } from '../webhooks/support/signed-request.ts';
import { expectToReceive, preamble, recipe, recipes } from './support/recipes.ts';

// Serves webhooks as each recipe in docs/webhook-servers.md says, each with the real framework.

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

/** Azure's host, which calls the function with the library's request. */
const azure = `createServer(async (request, response) => {
  const { method, headers, url } = request;
  const body = { bytes: Buffer.concat(await Array.fromAsync(request)) };
  const azureRequest = new HttpRequest({ method, headers, url: 'http://localhost' + url, body });
  const result = (await functions[url]?.(azureRequest)) ?? { status: 404 };
  response.writeHead(result.status, result.headers).end();
}).listen(${port});`;

/** Calls the function with events as AWS documents them for each trigger. */
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
const lambdaPaths = ['url', 'api-gateway-binary', 'api-gateway-v1', 'load-balancer', 'load-balancer-lists'];

/** The code that a recipe's user wrote around it. Those with `/echo` parse JSON there. */
const servers: Readonly<Record<string, string>> = {
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

/** Starts a server that uses a recipe. */
async function start(name: string, program: string) {
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

it.each(Object.entries(servers))('the recipe for %s accepts webhooks, and rejects changed ones', async (name, code) => {
  await using program = await start(name, code);
  const isLambda = name === 'AWS Lambda';
  const paths = isLambda ? lambdaPaths : ['webhooks'];
  for (const path of paths) await expectToReceive(`${program.url}/${path}`, () => program.output);

  const event = await signed({ ...userCreated, note: 'x'.repeat(900_000) });
  const large = await fetch(`${program.url}/${paths[0]}`, event);
  expect({ status: large.status, output: program.output }).toHaveProperty('status', 204);

  if (isLambda) expect((await fetch(`${program.url}/no-body`, await signed())).status).toBe(400);
  if (code.includes("'/echo'")) {
    // The recipe doesn't affect the parsers of other routes.
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
    expect(await (await fetch(`${program.url}/echo`, init)).json()).toEqual({ a: 1 });
  }
});

/** A recipe, whose name ends with its path; the project's other files; its build tool; and the built server. */
const projects = [
  {
    recipe: 'SvelteKit: src/routes/webhooks/+server.ts',
    files: {
      'vite.config.js': `import adapter from '@sveltejs/adapter-node';
        import { sveltekit } from '@sveltejs/kit/vite';
        export default { plugins: [sveltekit({ adapter: adapter() })] };`,
      'src/app.html': '<html><head>%sveltekit.head%</head><body>%sveltekit.body%</body></html>',
    },
    program: '.bin/vite',
    server: 'build/index.js',
  },
  {
    recipe: 'Nuxt: server/routes/webhooks.post.ts',
    files: {
      'nuxt.config.ts': `export default defineNuxtConfig({ compatibilityDate: '2026-01-01', telemetry: false });`,
      'app.vue': '<template><p>Shop</p></template>',
    },
    program: '.bin/nuxt',
    server: '.output/server/index.mjs',
  },
];

/** Builds a project for production, and returns the path of its server. */
async function build({ recipe: title, files, program, server }: (typeof projects)[number]): Promise<string> {
  const [name = '', route = ''] = title.split(': ');
  const folder = await emptyFolder(name.toLowerCase());
  const all = { ...files, 'package.json': '{ "type": "module" }', [route]: `${preamble}\n${recipe(title)}` };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const environment = { NODE_ENV: 'production', NUXT_TELEMETRY_DISABLED: '1', EXAMPLE_WEBHOOK_SECRET: secret } as const;
  await runTool([program, 'build'], environment, folder);
  return join(folder, server);
}

it.each(projects)('$recipe works when built for production', { timeout: 600_000 }, async (project) => {
  const server = pathToFileURL(await build(project)).href;
  await using program = await startProgram(server, { EXAMPLE_WEBHOOK_SECRET: secret, HOST: '127.0.0.1' });
  await expectToReceive(`${program.url}/webhooks`, () => program.output);
});

const root = join(import.meta.dirname, '../..');

/** What each platform's types require of a recipe, and what its user imported. */
const typed = {
  lambda: `import type { ALBEvent, ALBResult, APIGatewayProxyEvent, APIGatewayProxyEventV2, APIGatewayProxyResult, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
    ${preamble}
    ${recipe('AWS Lambda: function URLs, API Gateway, load balancers')}
    export const v1: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult> = lambda;
    export const v2: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2> = lambda;
    export const balancer: (event: ALBEvent) => Promise<ALBResult> = lambda;`,
  azure: `import { app } from '@azure/functions';
    ${preamble}
    ${recipe('Azure Functions')}`,
};

it.each(Object.entries(typed))('the recipe matches the types of its platform: %s', async (name, code) => {
  const folder = await emptyFolder(`types-${name}`);
  await writeFile(join(folder, 'recipe.ts'), code);
  const options = { extends: join(root, 'tsconfig.json'), include: ['recipe.ts'], exclude: [] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options));
  // Rejects with the compiler's output if there are errors.
  expect(await runTool([process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', folder])).toBe('');
});

it('the tests run every recipe of the guide: here, in nextjs.weekly.test.ts or in test/package', () => {
  const programs = Object.values(servers);
  const others = [...recipes].filter(([, code]) => !programs.some((program) => program.includes(code)));
  expect(others.map(([name]) => name)).toEqual([
    'Next.js, App Router: app/webhooks/route.ts',
    'Next.js, App Router on the edge runtime',
    'Next.js, Pages Router: pages/api/webhooks.ts',
    ...projects.map((project) => project.recipe),
    'Bun',
    'Deno',
    'Cloudflare Workers',
  ]);
});
