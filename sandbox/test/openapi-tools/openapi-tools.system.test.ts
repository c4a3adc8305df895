import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createSandbox } from '@example/sandbox';
import { build } from 'esbuild';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { errors, field, header, json, replace, type Change } from '../support/changes.ts';
import { fakeApi } from '../support/fake-api.ts';
import { apiRoutes, controlRoutes, type RandomRequest } from '../support/random-requests.ts';
import { fuzz, runs, send } from './support/fuzz.ts';
import { directory, installed, installTools, runTool } from './support/tools.ts';
import { ValidatingProxy, violationsOf } from './support/validating-proxy.ts';

const generated = join(directory, '.generated');
const documents = {
  api: join(directory, '../../openapi.json'),
  control: join(directory, '../../control-openapi.json'),
};

beforeAll(() => installTools(), 600_000);

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function proxy(document: string, upstream: string): Promise<string> {
  const started = await ValidatingProxy.start(document, upstream);
  closing.push(() => started.stop());
  return started.url;
}

describe('clients that generators write from the OpenAPI documents', () => {
  beforeAll(async () => {
    await rm(generated, { recursive: true, force: true });
    for (const [name, document] of Object.entries(documents)) {
      const types = join(generated, `openapi-typescript/${name}.ts`);
      await runTool(installed('openapi-typescript/bin/cli.js'), [document, '--output', types]);
      const folder = join(generated, `hey-api/${name}`);
      await runTool(installed('@hey-api/openapi-ts/bin/run.js'), ['--input', document, '--output', folder]);
    }
  }, 600_000);

  test('are typed', async () => {
    expect(await runTool(installed('typescript/bin/tsc'), ['--project', 'tsconfig.json'])).toBe('');
  });

  test.each(['openapi-fetch', 'hey-api'])('work against a sandbox and its control API: %s', async (name) => {
    const outfile = join(generated, `${name}.mjs`);
    await build({
      entryPoints: [join(directory, `clients/${name}.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const sandbox = createSandbox();
    const { url } = await sandbox.listen();
    const env = { SANDBOX_ORIGIN: new URL(url).origin, SANDBOX_TOKEN: sandbox.apiToken };
    expect(await runTool(outfile, [], env)).toBe(`${name}: ok\n`);
    await sandbox.close();
  });
});

describe('through an independent validating proxy', () => {
  test('no random request gets a response that violates openapi.json', async () => {
    const sandbox = createSandbox({ projects: 3, users: 2, rateLimit: { limit: 60 } });
    closing.push(() => sandbox.close());
    const { url } = await sandbox.listen();
    const { problems, statuses, sent } = await fuzz(await proxy(documents.api, url), apiRoutes, sandbox);
    expect(problems).toEqual([]);
    expect(sent).toBe(runs);
    expect(statuses).toEqual(expect.arrayContaining([200, 201, 401, 404, 409, 422, 429]));
  });

  test('no random request gets a response that violates control-openapi.json', async () => {
    const sandbox = createSandbox({ projects: 3, users: 2 });
    closing.push(() => sandbox.close());
    const { url } = await sandbox.listen();
    const upstream = `${new URL(url).origin}/__sandbox`;
    const { problems, statuses, sent } = await fuzz(await proxy(documents.control, upstream), controlRoutes, sandbox);
    expect(problems).toEqual([]);
    expect(sent).toBe(runs);
    expect(statuses).toEqual(expect.arrayContaining([200, 201, 204, 404, 422]));
  });
});

const broken: [string, Change, RandomRequest][] = [
  ['a missing field', json('GET /projects', field('data.0.name', undefined)), get('/projects')],
  ['another type', json('GET /projects', field('meta.total_count', '3')), get('/projects')],
  ['an error without a code', errors(404, field('error.code', undefined)), get('/users/user_0')],
  ['no rate-limit header that is a number', header('X-RateLimit-Limit', 'many'), get('/projects')],
  ['an undocumented status', brokenStatus(418), get('/projects')],
];

function get(path: string): RandomRequest {
  return { method: 'GET', path, query: {}, json: undefined };
}

function brokenStatus(status: number): Change {
  return async (context, next) => {
    await next();
    replace(context, await context.res.text(), { status });
  };
}

describe('the proxy finds a response with', () => {
  test.each(broken)('%s', async (_, change, request) => {
    const sandbox = createSandbox({ projects: 3 });
    const { url, close } = await fakeApi(sandbox, change);
    closing.push(close);
    const response = await send(await proxy(documents.api, url), sandbox.apiToken, request);
    expect(violationsOf(response).response).not.toEqual([]);
  });
});
