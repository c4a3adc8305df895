import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { run, startPrinting } from '../support/child-process.ts';
import { startApi } from './support/api.ts';
import { codeOf, projectFolder } from './support/code-blocks.ts';
import { programOf } from './support/program.ts';

// What the recipes do. code-blocks.system.test.ts tests that they run.

/** Loaded before the program: hides an item of the list that `total_count` still counts. */
const hiding = `const real = globalThis.fetch;
  globalThis.fetch = async (url, init) => {
    const response = await real(url, init);
    if (!globalThis.isHidden || !String(url.url ?? url).includes('/projects?')) return response;
    const { data, meta } = await response.json();
    return Response.json({ data: data.filter(({ id }) => id !== 'proj_140'), meta });
  };`;

it.each([
  [
    'a status for each class of error that the API can cause',
    'docs/errors.md: Which status to answer with, 1',
    `import { Client } from '@example/sdk';
     const client = new Client({ maxRetries: 0 });
     const statusAfter = (call) => call.then(() => undefined, statusFor);
     const get = (fault, options) => client.users.get('user_123', { ...options, headers: { 'Sandbox-Fault': JSON.stringify(fault) } });
     const create = (fields) => client.users.create({ name: 'Ada', email: 'ada@example.com', password: 'secure_password', ...fields });
     await create({});
     const waiting = client.withOptions({ apiToken: 'sandbox_other', rateLimit: { maxWait: 0, limit: 1 }, fetch: () => new Promise(() => {}) });
     const wait = () => (waiting.users.get('user_123').catch(() => undefined), waiting.users.get('user_123'));
     const at = (options) => client.withOptions(options).users.get('user_123');
     const seen = {
       'no user': await statusAfter(client.users.get('user_999')),
       'a taken address': await statusAfter(create({})),
       'an invalid field': await statusAfter(create({ email: 'ada' })),
       'an id that is none': await statusAfter(client.users.get('..')),
       'an unknown option': await statusAfter(client.users.get('user_123', { retries: 1 })),
       'a wrong token': await statusAfter(at({ apiToken: 'wrong' })),
       'a 403': await statusAfter(get({ status: 403 })),
       'a 500': await statusAfter(get({ status: 500 })),
       'a lost connection': await statusAfter(at({ baseUrl: 'http://127.0.0.1:9' })),
       'a timeout': await statusAfter(get({ latency: 60_000 }, { timeout: 1 })),
       'a wait': await statusAfter(wait()),
       'a 429': await statusAfter(get({ status: 429, retryAfter: 0 })),
       'a bug': statusFor(new TypeError('undefined is not a function')),
     };`,
    {
      ...{ 'no user': 404, 'a taken address': 409, 'an invalid field': 422, 'an id that is none': 400 },
      ...{ 'an unknown option': 500, 'a wrong token': 500, 'a 403': 500, 'a 500': 502, 'a lost connection': 502 },
      ...{ 'a timeout': 504, 'a wait': 503, 'a 429': 503, 'a bug': 500 },
    },
  ],
  [
    'what was deleted upstream is deleted only after a night that has seen the whole list',
    'docs/tasks.md: Delete what was deleted upstream, 1',
    `const before = rows.size;
     const remove = (id) => fetch(new URL('/__sandbox/projects/' + id, process.env.EXAMPLE_BASE_URL), { method: 'DELETE' });
     await remove('proj_130');
     await sync('2026-11-27');
     const after = rows.size;
     await remove('proj_131');
     globalThis.isHidden = true;
     await sync('2026-11-28');
     const seen = { before, after, unverified: rows.size, kept: rows.has('proj_140') };`,
    { before: 100, after: 99, unverified: 99, kept: true },
  ],
])('%s: %s', async (_, name, then, expected) => {
  await using api = await startApi();
  await using directory = await projectFolder();
  const path = join(directory.path, 'recipe.ts');
  await writeFile(path, `${programOf(codeOf(name))}\n${then}\nconsole.log(JSON.stringify(seen));\nprocess.exit();`);
  const args = [`--import=data:text/javascript,${encodeURIComponent(hiding)}`, path];
  const { stdout } = await run(process.execPath, args, { env: api.env });

  expect(JSON.parse(stdout)).toEqual(expected);
});

it('stopping while calls wait: SIGTERM ends the process without sending them', async () => {
  await using api = await startApi();
  await using directory = await projectFolder();
  const path = join(directory.path, 'recipe.ts');
  const code = codeOf('docs/tasks.md: Stop while calls wait, 1')
    .replace('ids.map', `Array.from({ length: 105 }, () => 'user_123').map`)
    .replace('5_000', '50');
  const then = 'console.log((await Promise.allSettled(calls)).map(({ status }) => status).join());';
  await writeFile(path, `${programOf(code)}\n${then}`);
  const { child, output } = startPrinting(process.execPath, [path], { env: api.env });
  await vi.waitFor(() => expect(api.sandbox.requests, output()).toHaveLength(100), { timeout: 30_000 });

  child.kill('SIGTERM');

  await vi.waitFor(() => expect(child.exitCode).toBe(0), { timeout: 30_000 });
  expect(output()).toContain(Array(5).fill('rejected').join());
  expect(api.sandbox.requests).toHaveLength(100);
});
