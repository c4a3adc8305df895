import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@example/sdk';
import { expect, it } from 'vitest';
import { ExportFile } from '../../examples/export-projects/export-file.ts';
import { importUsers } from '../../examples/import-users/import-users.ts';
import { Journal } from '../../examples/import-users/journal.ts';
import { expectToReceive } from '../frameworks/support/recipes.ts';
import { startApi } from '../guides/support/api.ts';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { run } from '../support/child-process.ts';
import { startProgram } from '../support/program.ts';
import { secret } from '../webhooks/support/signed-request.ts';

/** Runs an example with the built package, as a user does. Returns what it printed. */
async function printed(name: string, env: Readonly<Record<string, string>>, ...args: string[]): Promise<string> {
  const options = { env: { PATH: process.env['PATH'], NO_COLOR: '1', ...env } };
  const { stdout, stderr } = await run(process.execPath, [`examples/${name}.ts`, ...args], options);
  expect(stderr).toBe('');
  return stdout;
}

const lines = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');

it.each([
  ['quick-start', /^Created Ada Lovelace as user_\w+\.\n$/],
  ['from-fetch', /^60 projects by hand, 60 with the SDK\.\n$/],
])('examples/%s.ts runs as it stands', async (name, expected) => {
  await using api = await startApi();
  expect(await printed(name, api.env)).toMatch(expected);
});

it("npm run demo shows the SDK's main job, is short, and ends cleanly", async () => {
  const text = await printed('demo', {});

  expect(text).toContain('John Doe john@example.com');
  expect(text).toMatch(/60 projects: .+/);
  expect(text).toMatch(/ [1-9]\d* waiting, 0 refused\n/);
  expect(text).toContain('250 users read, and 0 requests refused.');
  expect(text.match(/Attempt \d got 503\. The next one follows in \d+ ms\./g)).toHaveLength(2);
  expect(text).toContain('Found John Doe after all.');
  expect(text).toContain('Welcome, Ada Lovelace! The signature was verified.');
  expect(text.split('\n').length).toBeLessThan(40);
});

it('examples/webhooks/node-http.ts accepts only signed webhooks', async () => {
  await using program = await startProgram('../../examples/webhooks/node-http.ts', { EXAMPLE_WEBHOOK_SECRET: secret });
  await expectToReceive(`${program.url}/webhooks`, () => program.output);
});

it('examples/export-projects writes each project once, even if it is started again', async () => {
  const file = join(temporaryFolder(), 'projects.jsonl');
  await using api = await startApi();
  const done = `100 of 100\n100 projects are in ${file}.\n`;

  for (const start of ['', 'Going on after 100 projects.\n'])
    expect(await printed('export-projects/main', api.env, file)).toBe(start + done);
  const ids = lines(file).map((line) => (JSON.parse(line) as { id: string }).id);
  expect(ids.sort()).toEqual(Array.from(api.sandbox.state.projects.list(), ({ id }) => id).sort());

  // As if the process was killed while it wrote.
  appendFileSync(file, '{"id":"written before it was killed"}\n{"id":"cut off in the mid');
  expect([new ExportFile(file).count, lines(file).length]).toEqual([100, 100]);
});

it('examples/import-users marks a row to check when it is sent, not while it waits', async () => {
  const notes: string[] = [];
  const journal = { has: () => false, add: (row: number, result: string) => void notes.push(`${row} ${result}`) };
  const token = Promise.withResolvers<string>();
  const fetch = () => {
    expect(notes).toEqual(['0 check']);
    return Promise.resolve(Response.json({ id: 'user_1' }, { status: 201 }));
  };
  const client = new Client({ apiToken: () => token.promise, fetch, logLevel: 'off' });
  const work = importUsers(client, ['{"name":"A","email":"a@example.com","password":"password_1"}'], journal);
  await new Promise(setImmediate);
  expect(notes).toEqual([]);
  token.resolve(crypto.randomUUID());
  await work;
  expect(notes).toEqual(['0 check', '0 user_1']);
});

it('examples/import-users creates each user once, and notes which to check and which were refused', async () => {
  const file = join(temporaryFolder(), 'users.jsonl');
  await using api = await startApi();
  const emails = ['ada@example.com', 'ada@example.com', 'no address', 'grace@example.com'];
  writeFileSync(file, emails.map((email) => JSON.stringify({ name: 'A', email, password: 'password_1' })).join('\n'));
  // The first user may have been created.
  api.sandbox.faults.next({ status: 500 });
  const said = [`3 of 4 rows are done: see ${file}.journal.`, `1 may have been created. Check those in ${file}.check.`];

  for (let time = 0; time < 2; time++)
    expect((await printed('import-users/main', api.env, file)).trim().split('\n')).toEqual(said);
  expect(api.sandbox.requests).toHaveLength(4);
  const [row] = lines(`${file}.check`);
  expect(emails).toContain((JSON.parse(row ?? '') as { email: string }).email);

  // As if the process was killed while it wrote.
  appendFileSync(`${file}.journal`, '4 user');
  expect(new Journal(`${file}.journal`).has(4)).toBe(false);
});
