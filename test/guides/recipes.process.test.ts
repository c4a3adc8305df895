import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it, vi } from 'vitest';
import { startPrinting } from '../support/child-process.ts';
import { startApi, type Api } from './support/api.ts';
import { codeOf } from './support/code-blocks.ts';
import { programOf } from './support/program.ts';
import { projectFolder } from './support/project-folder.ts';

// What recipes of the guides do, besides that they run: code-blocks.system.test.ts.

const directory = await projectFolder();
afterAll(() => directory[Symbol.asyncDispose]());

/** The program of a recipe, by its guide and heading, and what a test does with it. */
async function write(name: string, then: string, change = (code: string) => code): Promise<string> {
  const path = join(directory.path, `${name.replace(/\W+/g, '-')}.ts`);
  await writeFile(path, `${programOf(change(codeOf(name)))}\n${then}`);
  return path;
}

const environment = ({ baseUrl, sandbox }: Api) => ({
  PATH: process.env['PATH'],
  EXAMPLE_BASE_URL: baseUrl,
  EXAMPLE_API_TOKEN: sandbox.apiToken,
});

/** What the program prints, as JSON. `preload` runs before it. */
async function printed(path: string, api: Api, preload = ''): Promise<unknown> {
  const args = [`--import=data:text/javascript,${encodeURIComponent(preload)}`, path];
  const env = { ...environment(api), EXAMPLE_LOG: 'off', CONTROL: api.baseUrl.replace('/v1', '/__sandbox') };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout);
}

it('pages in a user interface: the first, the last, and one in between', async () => {
  await using api = await startApi();
  const path = await write(
    'docs/pagination.md: Pages in a user interface, 1',
    `const pages = [1, 3, 5, 6].map(tablePage);
     const shown = (await Promise.all(pages)).map(({ projects, ...rest }) => ({ ...rest, count: projects.length }));
     console.log(JSON.stringify(shown));`,
  );

  expect(await printed(path, api)).toEqual([
    { next: 2, caption: 'Page 1 of 5, 100 projects', count: 20 },
    { previous: 2, next: 4, caption: 'Page 3 of 5, 100 projects', count: 20 },
    { previous: 4, caption: 'Page 5 of 5, 100 projects', count: 20 },
    { previous: 5, caption: 'Page 6 of 5, 100 projects', count: 0 },
  ]);
});

it('which status to answer with: each class of error that the API can cause', async () => {
  await using api = await startApi();
  const path = await write(
    'docs/errors.md: Which status to answer with, 1',
    `import { Client } from '@example/sdk';
     const client = new Client({ maxRetries: 0, logLevel: 'off' });
     const statusAfter = async (call, fault) => {
       const headers = fault && { 'Sandbox-Fault': JSON.stringify(fault) };
       try { await call(headers); } catch (error) { return statusFor(error); }
     };
     const get = (headers) => client.users.get('user_123', { headers });
     const create = (fields) => () => client.users.create({ name: 'Ada', email: 'ada@example.com', password: 'secure_password', ...fields });
     await create({})();
     const waiting = client.withOptions({ apiToken: 'sandbox_other', rateLimit: { maxWait: 0, limit: 1 }, fetch: () => new Promise(() => {}) });
     console.log(JSON.stringify({
       'no user': await statusAfter(() => client.users.get('user_999')),
       'a taken address': await statusAfter(create({})),
       'an invalid field': await statusAfter(create({ email: 'ada' })),
       'an id that is none': await statusAfter(() => client.users.get('..')),
       'an unknown option': await statusAfter(() => client.users.get('user_123', { retries: 1 })),
       'a wrong token': await statusAfter(() => client.withOptions({ apiToken: 'wrong' }).users.get('user_123')),
       'a 403': await statusAfter(get, { status: 403 }),
       'a 500': await statusAfter(get, { status: 500 }),
       'a lost connection': await statusAfter(() => client.withOptions({ baseUrl: 'http://127.0.0.1:9' }).users.get('user_123')),
       'a timeout': await statusAfter(() => client.users.get('user_123', { timeout: 1, headers: { 'Sandbox-Fault': '{"latency":60000}' } })),
       'a wait': await statusAfter(() => {
         void waiting.users.get('user_123').catch(() => undefined);
         return waiting.users.get('user_123');
       }),
       'a 429': await statusAfter(get, { status: 429, retryAfter: 0 }),
       'a bug': statusFor(new TypeError('undefined is not a function')),
     }));
     process.exit();`,
  );

  expect(await printed(path, api)).toEqual({
    ...{ 'no user': 404, 'a taken address': 409, 'an invalid field': 422, 'an id that is none': 400 },
    ...{ 'an unknown option': 500, 'a wrong token': 500, 'a 403': 500, 'a 500': 502, 'a lost connection': 502 },
    ...{ 'a timeout': 504, 'a wait': 503, 'a 429': 503, 'a bug': 500 },
  });
});

/** Loaded before the program: hides an item of the list, although its `total_count` has it. */
const hiding = `const real = globalThis.fetch;
  globalThis.fetch = async (url, init) => {
    const response = await real(url, init);
    if (!globalThis.isHidden || !String(url.url ?? url).includes('/projects?')) return response;
    const { data, meta } = await response.json();
    return Response.json({ data: data.filter(({ id }) => id !== 'proj_140'), meta });
  };`;

it('delete what was deleted upstream: only after a night that has seen the whole list', async () => {
  await using api = await startApi();
  const path = await write(
    'docs/tasks.md: Delete what was deleted upstream, 1',
    `const before = rows.size;
     const control = process.env.CONTROL;
     await fetch(control + '/projects/proj_130', { method: 'DELETE' });
     await sync('2026-11-27');
     const after = rows.size;
     await fetch(control + '/projects/proj_131', { method: 'DELETE' });
     globalThis.isHidden = true;
     await sync('2026-11-28');
     console.log(JSON.stringify({ before, after, unverified: rows.size, kept: rows.has('proj_140') }));`,
  );

  expect(await printed(path, api, hiding)).toEqual({ before: 100, after: 99, unverified: 99, kept: true });
});

it('stop while calls wait: SIGTERM ends the process without sending them', async () => {
  await using api = await startApi();
  const path = await write(
    'docs/tasks.md: Stop while calls wait, 1',
    `console.log((await Promise.allSettled(calls)).map(({ status }) => status).join());`,
    (code) => code.replace('ids.map', `Array.from({ length: 105 }, () => 'user_123').map`).replace('5_000', '50'),
  );
  const { child, output } = startPrinting(process.execPath, [path], { env: environment(api) });
  await vi.waitFor(() => expect(api.sandbox.requests, output()).toHaveLength(100), { timeout: 30_000 });

  child.kill('SIGTERM');

  await vi.waitFor(() => expect(child.exitCode).toBe(0), { timeout: 30_000 });
  expect(output()).toContain(Array(5).fill('rejected').join());
  expect(api.sandbox.requests).toHaveLength(100);
});
