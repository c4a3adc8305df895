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
const journal = () => readFileSync(`${file}.journal`, 'utf8').trimEnd().split('\n').slice(1);

const start = (baseUrl: string) => startExample('examples/import-users/main.ts', file, baseUrl);

/** A budget that no import waits for. */
const inAnHour = Math.ceil(Date.now() / 1000) + 3600;
const plenty = budget(1000000, 999999, inAnHour);

/** An API that knows either keys, and repeats its answer to one, or addresses, of which each can have one user. */
async function serveUsers(knows: 'keys' | 'addresses', onRequest: (count: number) => void) {
  const created = new Map<string, string>();
  let repeated = 0;
  let count = 0;
  const server = await serve(({ headers, body }, response) => {
    const { email } = JSON.parse(body) as { email: string };
    const key = knows === 'keys' ? String(headers['idempotency-key']) : email;
    const isRepeated = created.has(key);
    if (isRepeated) repeated += 1;
    else created.set(key, email);
    onRequest(++count);
    if (isRepeated && knows === 'addresses')
      json(response, 409, { error: { code: 'email_taken', message: '' } }, plenty);
    else json(response, 201, { id: `user_${key}`, name: '', email, created_at: '2024-01-01T00:00:00Z' }, plenty);
  });
  return { url: server.url, emails: () => [...created.values()], repeated: () => repeated };
}

describe('import-users', () => {
  // More than 100 requests apart: so many may be on their way when it is killed.
  it.each([
    ['keys', 2_000, [1, 150, 500, 650, 1_200, 1_980]],
    ['addresses', 1_000, [1, 200, 400, 600, 800, 1_000]],
  ] as const)(
    'creates each user once, although it is killed, with an API that knows %s: %d users',
    async (...given) => {
      const [knows, count, kills] = given;
      const users = rows(count);
      write(users);
      let child: ReturnType<typeof start> | undefined;
      const killAt = new Set<number>(kills);
      // The user is there, and the answer that says so is on its way or never sent.
      const api = await serveUsers(knows, (requests) => killAt.has(requests) && child?.kill());

      let killed = 0;
      for (let isDone = false; !isDone;) {
        child = start(api.url);
        const { code, output } = await child.ended;
        isDone = code === 0;
        expect(output).toBe(isDone ? `${count} of ${count} rows are done. ${file}.journal says how each ended.\n` : '');
        killed += isDone ? 0 : 1;
      }

      expect(killed).toBe(killAt.size);
      expect(api.emails().sort()).toEqual(users.map(({ email }) => email).sort());
      expect(api.repeated()).toBeGreaterThan(0);
      expect(journal()).toHaveLength(count);
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

    expect(journal().sort()).toEqual(['0 invalid {"name":"Bad."}', '1 exists', '2 invalid {"name":"Bad."}']);
    expect(server.requests).toHaveLength(3);
  });

  it('ends with the error that it can do nothing about, and goes on the next time', async () => {
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
    expect(journal()).toHaveLength(3);
  });

  it('does not believe a line of its journal that was cut off, and keeps its keys', () => {
    const first = new Journal(`${file}.journal`);
    first.add(0, 'user_0');
    appendFileSync(`${file}.journal`, '1 user');
    const second = new Journal(`${file}.journal`);

    expect([second.has(0), second.has(1), second.count]).toEqual([true, false, 1]);
    expect(second.keyOf(1)).toBe(first.keyOf(1));
    second.add(1, 'user_1');
    expect(journal()).toEqual(['0 user_0', '1 user_1']);
  });
});
