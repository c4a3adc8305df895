import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { runTool } from '../package/support/run-tool.ts';
import { startProgram } from '../support/program.ts';
import { emptyFolder } from '../support/tools.ts';
import { secret, signed, userCreated } from '../webhooks/support/signed-request.ts';
import { build, projects } from './support/projects.ts';
import { expectToReceive, preamble, recipe, recipes } from './support/recipes.ts';
import { lambdaPaths, servers, start } from './support/servers.ts';

it.each(Object.entries(servers))('the recipe for %s accepts webhooks, and no changed ones', async (name, code) => {
  await using program = await start(name, code);
  const isLambda = name === 'AWS Lambda';
  const paths = isLambda ? lambdaPaths : ['webhooks'];
  for (const path of paths) await expectToReceive(`${program.url}/${path}`, () => program.output);

  const event = await signed({ ...userCreated, note: 'x'.repeat(900_000) });
  const large = await fetch(`${program.url}/${paths[0]}`, event);
  expect({ status: large.status, output: program.output }).toHaveProperty('status', 204);

  if (isLambda) expect((await fetch(`${program.url}/no-body`, await signed())).status).toBe(400);
  if (code.includes("'/echo'")) {
    // The parser of other routes is left alone.
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
    expect(await (await fetch(`${program.url}/echo`, init)).json()).toEqual({ a: 1 });
  }
});

it.each(projects)('$recipe works once it is built for production', { timeout: 600_000 }, async (project) => {
  const server = pathToFileURL(await build(project)).href;
  await using program = await startProgram(server, { EXAMPLE_WEBHOOK_SECRET: secret, HOST: '127.0.0.1' });
  await expectToReceive(`${program.url}/webhooks`, () => program.output);
});

const root = join(import.meta.dirname, '../..');

/** What the types of the platforms demand of a recipe, and what its user has imported. */
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

it.each(Object.entries(typed))('the recipe has the types of its platform: %s', async (name, code) => {
  const folder = await emptyFolder(`types-${name}`);
  await writeFile(join(folder, 'recipe.ts'), code);
  const options = { extends: join(root, 'tsconfig.json'), include: ['recipe.ts'], exclude: [] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options));
  // Rejects with what the compiler says, unless it finds nothing.
  expect(await runTool([process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', folder])).toBe('');
});

it('runs every recipe of the guide, here, in nextjs.weekly.test.ts or in test/package', () => {
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
