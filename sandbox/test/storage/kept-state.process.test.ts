import { createHash } from 'node:crypto';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { temporaryFolder } from '../../../test/sqlite/support/temporary-folder.ts';
import { assembleSandbox, type Sandbox } from '../../src/sandbox.ts';
import { listen } from '../../src/server.ts';
import { JournalError } from '../../src/storage/collection.ts';
import { openJournal } from '../../src/storage/sqlite-journal.ts';
import { call, john } from '../support/calls.ts';
import { commands } from '../support/command.ts';

const { serve, ended } = commands();
let directory: string;
let file: string;

beforeEach(() => {
  directory = temporaryFolder();
  file = join(directory, 'state.db');
});

async function kept(options: Parameters<typeof assembleSandbox>[0] = {}): Promise<Sandbox> {
  const sandbox = assembleSandbox(
    { apiToken: 'sandbox_token', ...options },
    { listen, journal: await openJournal(file) },
  );
  onTestFinished(() => sandbox.close());
  return sandbox;
}

test('a restart restores the whole state', async () => {
  const first = await kept({ projects: 5, webhooks: { endpoints: [{ url: 'http://127.0.0.1:9/' }] } });
  const headers = { 'Idempotency-Key': 'one' };
  await call(first, 'POST /v1/users', { json: john, headers });
  const { token, id } = await first.state.tokens.create('CI');
  const other = await first.state.tokens.create('Old');
  first.state.tokens.revoke(other.id);
  first.state.projects.delete('proj_123');
  first.state.projects.update('proj_124', { status: 'archived' });
  await first.webhooks.flush();
  const { webhooks, state } = first;
  await first.close();
  await first.close();

  const second = await kept({ projects: 50 });
  expect(second.state.projects.list()).toEqual(state.projects.list());
  expect(second.state.users.list()).toEqual(state.users.list());
  expect(second.webhooks.endpoints).toEqual(webhooks.endpoints);
  expect(second.webhooks.deliveries).toEqual(webhooks.deliveries);
  expect((await call(second, 'GET /v1/projects', { token })).status).toBe(200);
  expect((await call(second, 'GET /v1/projects', { token: other.token })).status).toBe(401);
  expect(second.state.tokens.list().map((each) => each.id)).toContain(id);

  const again = await call(second, 'POST /v1/users', { json: john, headers });
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
  const jane = await call(second, 'POST /v1/users', { json: { ...john, email: 'jane@example.com' } });
  expect(await jane.json()).toMatchObject({ id: 'user_124' });

  await second.reset();
  await second.close();
  expect((await kept()).state.users.list()).toEqual([]);
});

test('the file contains no token and no password', async () => {
  const sandbox = await kept();
  await call(sandbox, 'POST /v1/users', { json: john, headers: { 'Idempotency-Key': 'one' } });
  const { token } = await sandbox.state.tokens.create('CI');
  await sandbox.close();
  const rows = JSON.stringify(new DatabaseSync(file).prepare('SELECT * FROM record').all());
  expect(rows).toContain(createHash('sha256').update(token).digest('hex'));
  for (const secret of [john.password, token, sandbox.apiToken]) expect(rows).not.toContain(secret);
});

test('a file that the sandbox did not write is refused', async () => {
  await writeFile(file, 'Dear diary, '.repeat(100));
  await expect(openJournal(file)).rejects.toThrow("state.db can't be used: file is not a database.");
  await rm(file);

  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE diary (entry TEXT)');
  database.close();
  await expect(openJournal(file)).rejects.toThrow('was not written by this version of @example/sandbox');
  await expect(openJournal(join(directory, 'no', 'such.db'))).rejects.toThrow(JournalError);
});

test('on a full disk, a request gets a 500 that says so and changes nothing; the sandbox keeps working', async () => {
  const exec = vi.spyOn(DatabaseSync.prototype, 'exec');
  const sandbox = await kept({ webhooks: { endpoints: [{ url: 'http://127.0.0.1:9/' }] } });
  const database = exec.mock.contexts[0] as DatabaseSync;
  exec.mockRestore();
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number };
  database.exec(`PRAGMA max_page_count = ${pages + 4}`);
  const created: unknown[] = [];
  let refused: unknown;
  for (let index = 0; refused === undefined; index += 1) {
    const response = await call(sandbox, 'POST /v1/users', { json: { ...john, email: `${index}@example.com` } });
    if (response.status === 201) created.push(await response.json());
    else refused = await response.json();
  }
  const message = `${file} can't be used: database or disk is full.`;
  expect(refused).toEqual({ error: { code: 'storage_failed', message, details: {} } });
  expect(sandbox.state.users.list()).toEqual(created);
  await sandbox.webhooks.flush(); // The results of deliveries can't be stored.

  database.exec('PRAGMA max_page_count = 100000');
  expect((await call(sandbox, 'POST /v1/users', { json: john })).status).toBe(201);
});

test('only the owner of a file may read it, because it has secrets', async () => {
  const sandbox = await kept();
  await call(sandbox, 'POST /v1/users', { json: john });
  const names = await readdir(directory);
  expect(names).toContain('state.db-wal');
  for (const name of names) expect(((await stat(join(directory, name))).mode & 0o777).toString(8)).toBe('600');
});

test('only one sandbox at a time can use a file', async () => {
  const { server } = await serve('--data', file);
  await server.prints(/State +stored in/);
  expect(await ended(['--port', '0', '--data', file])).toEqual([1, `${file} is in use by another sandbox.\n`]);
});
