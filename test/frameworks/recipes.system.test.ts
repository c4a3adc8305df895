import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Program, startProgram } from '../support/program.ts';
import { secret, signed, userCreated } from '../webhooks/support/signed-request.ts';
import { emptyFolder, installFrameworks } from './support/frameworks.ts';
import { build, projects } from './support/projects.ts';
import { preamble, recipe, recipes } from './support/recipes.ts';
import { servers, start } from './support/servers.ts';

/** Sends a signed webhook, which must be handled, and a changed one, which must not. */
async function expectToReceive(program: Program, path: string, server: string): Promise<void> {
  const name = `Zoë of ${server} at ${path} 👋`;
  const { body, ...rest } = await signed({ ...userCreated, data: { ...userCreated.data, name } });

  const accepted = await fetch(program.url + path, { ...rest, body });
  // The output says why, if it is not.
  expect({ status: accepted.status, output: program.output }).toHaveProperty('status', 204);
  await expect.poll(() => program.output).toContain(`Welcome, ${name}!`);

  const rejected = await fetch(program.url + path, { ...rest, body: body.replace('Zoë', 'Eve') });
  expect(rejected.status).toBe(400);
  expect(await rejected.text()).toBe('');
  expect(program.output).not.toContain('Welcome, Eve');
}

beforeAll(() => installFrameworks(), 600_000);

describe.each(servers)('the recipe for $name', (server) => {
  const { name, paths = ['/webhooks'], echoes = false } = server;
  let program: Program | undefined;
  beforeAll(async () => {
    program = await start(server);
  });
  afterAll(() => program?.kill());

  it.each(paths)('accepts a signed webhook, and rejects a changed one: %s', async (path) => {
    await expectToReceive(program!, path, name);
  });

  it('accepts an event of 900 kB', async () => {
    const event = { ...userCreated, note: 'x'.repeat(900_000) };
    const { status } = await fetch(`${program!.url}${paths[0]}`, await signed(event));
    expect({ status, output: program?.output }).toHaveProperty('status', 204);
  });

  if (name === 'AWS Lambda') {
    it('rejects an event without a body', async () => {
      expect((await fetch(`${program?.url}/no-body`, await signed())).status).toBe(400);
    });
  }

  if (echoes) {
    it('leaves the parser of other routes alone', async () => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
      expect(await (await fetch(`${program?.url}/echo`, init)).json()).toEqual({ a: 1 });
    });
  }
});

describe.each(projects)('the recipe for $name, built for production', (project) => {
  let program: Program | undefined;
  beforeAll(async () => {
    const server = pathToFileURL(await build(project)).href;
    program = await startProgram(server, { EXAMPLE_WEBHOOK_SECRET: secret, HOST: '127.0.0.1' });
  }, 600_000);
  afterAll(async () => {
    await program?.kill();
    await rm(await emptyFolder(project.name.toLowerCase()), { recursive: true, maxRetries: 10 });
  });

  it('accepts a signed webhook, and rejects a changed one', async () => {
    await expectToReceive(program!, '/webhooks', project.name);
  });
});

const root = join(import.meta.dirname, '../..');

/** What the types of the platforms demand of a recipe, and what its user has imported. */
const programs = {
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

it.each(Object.entries(programs))(
  'the recipe compiles under strict, with the types of its platform: %s',
  async (name, code) => {
    const folder = await emptyFolder(`types-${name}`);
    await writeFile(join(folder, 'recipe.ts'), code);
    const options = { extends: join(root, 'tsconfig.json'), include: ['recipe.ts'], exclude: [] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options));
    const compiled = promisify(execFile)(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      folder,
    ]);
    const output = await compiled
      .then(({ stdout }) => stdout)
      .catch((error: unknown) => (error as { stdout: string }).stdout);
    expect(output).toBe('');
    await rm(folder, { recursive: true });
  },
);

it('runs every recipe of the guide, here, in nextjs.system.test.ts or in test/package/webhooks.test.ts', () => {
  const here = [...servers.map((server) => server.recipe), ...projects.map((project) => project.recipe)];
  const elsewhere = [
    'NestJS: main.ts', // part of the program of its controller
    'Next.js, App Router: app/webhooks/route.ts',
    'Next.js, App Router on the edge runtime',
    'Next.js, Pages Router: pages/api/webhooks.ts',
    'Bun',
    'Deno',
    'Cloudflare Workers',
  ];
  expect([...recipes.keys()].sort()).toEqual([...new Set([...here, ...elsewhere])].sort());
});
