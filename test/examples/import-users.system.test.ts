import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../../examples/import-users/journal.ts';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { json, serve } from '../support/http-server.ts';
import { startExample } from './support/start-example.ts';
import { budget } from '../support/in-process-api.ts';

let file = '';
beforeEach(() => {
  file = join(temporaryFolder(), 'users.jsonl');
});

const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `User ${index}`,
    email: `${index}@example.com`,
    password: 'secret_password',
  }));
const write = (users: readonly object[]) =>
  writeFileSync(file, users.map((user) => `${JSON.stringify(user)}\n`).join(''));
/** What the journal says last about each row. */
const results = () =>
  new Map(
    Array.from(readFileSync(`${file}.journal`, 'utf8').matchAll(/^(\d+) (.*)$/gm), ([, row, result = '']) => [
      Number(row),
      result,
    ]),
  );
const toCheck = () => readFileSync(`${file}.check`, 'utf8').match(/\d+@example\.com/g) ?? [];

const start = (baseUrl: string, name = file) => startExample('examples/import-users/main.ts', name, baseUrl);

/** A budget that no import waits for. */
const inAnHour = Math.ceil(Date.now() / 1000) + 3600;
const plenty = budget(1000000, 999999, inAnHour);

/** An API that creates a user for each request, or refuses a second one with the same address. */
async function serveUsers(refusesDuplicates: boolean, onRequest: (count: number) => 'lost' | undefined) {
  const created: string[] = [];
  let count = 0;
  const server = await serve(({ body }, response) => {
    const { email } = JSON.parse(body) as { email: string };
    const isRefused = refusesDuplicates && created.includes(email);
    if (!isRefused) created.push(email);
    if (onRequest(++count) === 'lost') response.destroy();
    else if (isRefused) json(response, 409, { error: { code: 'email_taken', message: '' } }, plenty);
    else json(response, 201, { id: `user_${count}`, name: '', email, created_at: '2024-01-01T00:00:00Z' }, plenty);
  });
  return { url: server.url, created };
}

/** Starts the import again until it ends well. @returns How often it was killed, and what it printed in the end. */
async function importAll(run: () => ReturnType<typeof start>) {
  for (let killed = 0; ; killed++) {
    const { code, output } = await run().ended;
    if (code === 0) return { killed, output };
    expect(output).toBe('');
  }
}

describe('import-users', () => {
  it.each([true, false])(
    'creates each user once, although it is killed, or says which to check; the API refuses duplicates: %s',
    async (refusesDuplicates) => {
      const users = rows(1_000).map(({ email }) => email);
      write(rows(1_000));
      let child: ReturnType<typeof start> | undefined;
      const kills = new Set([1, 200, 400, 600, 750, 900]);
      // The user is there, and the response is on its way, never sent or lost.
      const api = await serveUsers(refusesDuplicates, (count) => {
        if (kills.has(count)) child?.kill();
        return count === 500 ? 'lost' : undefined;
      });

      const { killed, output } = await importAll(() => (child = start(api.url)));

      const unclear = toCheck();
      expect(killed).toBe(kills.size);
      expect(unclear.length).toBeGreaterThanOrEqual(kills.size + 1);
      expect(unclear.length).toBeLessThanOrEqual(10 * kills.size + 1);
      expect(output).toBe(
        `${1_000 - unclear.length} of 1000 rows are done: see ${file}.journal.\n` +
          `${unclear.length} may have been created. Check those in ${file}.check.\n`,
      );
      expect(new Set(api.created).size).toBe(api.created.length);
      expect([...new Set([...api.created, ...unclear])].sort()).toEqual([...users].sort());
      if (!refusesDuplicates) return;

      // As the guide says: the list is imported, too.
      await importAll(() => start(api.url, `${file}.check`));
      expect([...api.created].sort()).toEqual([...users].sort());
    },
    300_000,
  );

  it('notes rows that the API refuses, and sends them no more', async () => {
    write(rows(3));
    const server = await serve(({ body }, response) => {
      const error = body.includes('"1@')
        ? { code: 'email_taken', message: '' }
        : { code: 'invalid', message: '', details: { name: 'Bad.' } };
      json(response, error.code === 'email_taken' ? 409 : 422, { error });
    });

    expect((await start(server.url).ended).code).toBe(0);
    expect((await start(server.url).ended).code).toBe(0);

    expect([...results()].sort()).toEqual([
      [0, expect.stringMatching(/^refused .*"name":"Bad\."/)],
      [1, expect.stringMatching(/^refused .*"code":"email_taken"/)],
      [2, expect.stringMatching(/^refused .*"name":"Bad\."/)],
    ]);
    expect(toCheck()).toEqual([]);
    expect(server.requests).toHaveLength(3);
  });

  it('ends with the error that it can do nothing about, and sends the rows again the next time', async () => {
    write(rows(3));
    let status = 403;
    const server = await serve((_, response) =>
      json(response, status, { id: 'user_1', name: '', email: '', created_at: '' }),
    );

    const { code, output } = await start(server.url).ended;
    expect(code).toBe(1);
    expect(output).toContain('PermissionDeniedError');
    status = 201;
    expect((await start(server.url).ended).code).toBe(0);
    expect([...results().values()]).toEqual(Array(3).fill('user_1'));
  });

  it('does not believe a line of its journal that was cut off', () => {
    new Journal(`${file}.journal`).add(0, 'user_0');
    appendFileSync(`${file}.journal`, '1 user');
    const second = new Journal(`${file}.journal`);

    expect([second.has(0), second.has(1)]).toEqual([true, false]);
    second.add(1, 'user_1');
    expect([...results()]).toEqual([
      [0, 'user_0'],
      [1, 'user_1'],
    ]);
  });
});
