import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { Journal } from '../../examples/import-users/journal.ts';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { json, serve } from '../support/http-server.ts';
import { budget } from '../support/in-process-api.ts';
import { startExample } from './support/start-example.ts';

let file = '';
beforeEach(() => {
  file = join(temporaryFolder(), 'users.jsonl');
});

/** Writes the file, and returns the addresses in it. */
function write(count: number): string[] {
  const emails = Array.from({ length: count }, (_, row) => `${row}@example.com`);
  const rows = emails.map((email) => JSON.stringify({ name: 'Ada', email, password: 'secret_password' }));
  writeFileSync(file, rows.map((row) => `${row}\n`).join(''));
  return emails;
}

/** What the journal says of the rows, in their order. */
const journal = () => readFileSync(`${file}.journal`, 'utf8').trimEnd().split('\n').sort();
const toCheck = () => readFileSync(`${file}.check`, 'utf8').match(/\d+@example\.com/g) ?? [];
const start = (baseUrl: string, name = file) => startExample('examples/import-users/main.ts', name, baseUrl);

/** A budget that no import waits for. */
const plenty = budget(1000000, 999999, Math.ceil(Date.now() / 1000) + 3600);

/** Starts the import again until it ends well. @returns How often it was killed, and what it printed in the end. */
async function importAll(run: () => ReturnType<typeof start>) {
  for (let killed = 0; ; killed++) {
    const { code, output } = await run().ended;
    if (code === 0) return { killed, output };
    expect(output).toBe('');
  }
}

it('creates each user once, although it is killed, or says which to check', async () => {
  const users = write(300).sort();
  const kills = new Set([1, 100, 230]);
  const created: string[] = [];
  let child: ReturnType<typeof start> | undefined;
  // The user is there, and the response is on its way, never sent or lost.
  const api = await serve(({ body }, response) => {
    const { email } = JSON.parse(body) as { email: string };
    const isRefused = created.includes(email);
    if (!isRefused) created.push(email);
    const count = api.requests.length;
    if (kills.has(count)) child?.kill();
    if (count === 150) response.destroy();
    else if (isRefused) json(response, 409, { error: { code: 'email_taken', message: '' } }, plenty);
    else json(response, 201, { id: `user_${count}`, name: '', email, created_at: '' }, plenty);
  });

  const { killed, output } = await importAll(() => (child = start(api.url)));

  const unclear = toCheck();
  expect(killed).toBe(kills.size);
  expect(unclear.length).toBeGreaterThanOrEqual(kills.size + 1);
  expect(unclear.length).toBeLessThanOrEqual(10 * kills.size + 1);
  expect(output).toBe(
    `${300 - unclear.length} of 300 rows are done: see ${file}.journal.\n` +
      `${unclear.length} may have been created. Check those in ${file}.check.\n`,
  );
  const sent = api.requests.map(({ body }) => body);
  expect(new Set(sent).size).toBe(sent.length);
  expect([...new Set([...created, ...unclear])].sort()).toEqual(users);

  // As the guide says: the list is imported, too.
  await importAll(() => start(api.url, `${file}.check`));
  expect(created.sort()).toEqual(users);
});

it('notes rows that the API refuses, sends them no more, and ends with an error that it can do nothing about', async () => {
  write(3);
  let isForbidden = true;
  const server = await serve(({ body }, response) => {
    if (isForbidden) json(response, 403, {});
    else if (body.includes('"1@')) json(response, 409, { error: { code: 'email_taken', message: '' } });
    else json(response, 422, { error: { code: 'invalid', message: '', details: { name: 'Bad.' } } });
  });

  const { code, output } = await start(server.url).ended;
  expect(code).toBe(1);
  expect(output).toContain('PermissionDeniedError');
  isForbidden = false;
  server.requests.length = 0;
  for (let run = 0; run < 2; run++) expect((await start(server.url).ended).code).toBe(0);

  expect(server.requests).toHaveLength(3);
  expect(journal().filter((line) => line.includes('refused'))).toEqual([
    expect.stringMatching(/^0 refused .*"name":"Bad\."/),
    expect.stringMatching(/^1 refused .*"code":"email_taken"/),
    expect.stringMatching(/^2 refused .*"name":"Bad\."/),
  ]);
  expect(toCheck()).toEqual([]);
});

it('does not believe a line of its journal that was cut off', () => {
  new Journal(`${file}.journal`).add(0, 'user_0');
  appendFileSync(`${file}.journal`, '1 user');
  const second = new Journal(`${file}.journal`);

  expect([second.has(0), second.has(1)]).toEqual([true, false]);
  second.add(1, 'user_1');
  expect(journal()).toEqual(['0 user_0', '1 user_1']);
});
