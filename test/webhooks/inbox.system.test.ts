import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { canRunPostgres, startPostgres } from '../support/postgres-server.ts';
import { type Program, startProgram } from '../support/program.ts';
import { secret, signed, userCreated } from './support/signed-request.ts';

/** Delivers an event. Resolves to the status, or to `undefined` if there was no response. */
async function deliver({ url }: Program, id: string): Promise<number | undefined> {
  const init = await signed({ ...userCreated, data: { ...userCreated.data, id } }, { id });
  return fetch(url, init).then(
    ({ status }) => status,
    () => undefined,
  );
}

/** Delivers events to two processes at once, and kills the first process during the last events. */
async function expectExactlyOnce(
  example: string,
  environment: Record<string, string>,
  usersOf: () => Promise<unknown[]> | unknown[],
): Promise<void> {
  const start = async () => {
    const env = { EXAMPLE_WEBHOOK_SECRET: secret, ...environment };
    const program = await startProgram(`../../examples/webhooks/${example}.ts`, env);
    onTestFinished(() => program.kill());
    return program;
  };
  // The first process creates what the database needs.
  const [first, second] = [await start(), await start()];
  const ids = Array.from({ length: 30 }, (_, index) => `user_${index}`);
  for (const id of ids.slice(0, 10))
    expect(await Promise.all([deliver(first, id), deliver(second, id)])).toEqual([204, 204]);
  const cutOff = ids.slice(10).map((id) => deliver(first, id));
  await Promise.race(cutOff);
  await first.kill();
  expect(await Promise.all(cutOff)).toContain(204);
  // As the API does, this retries, and delivers once too often.
  for (const id of ids) expect(await deliver(second, id)).toBe(204);
  expect((await usersOf()).toSorted()).toEqual(ids.toSorted());
}

it('the inbox in node:sqlite neither loses nor repeats an event', async () => {
  const path = join(temporaryFolder(), 'shop.db');
  const query = () => new DatabaseSync(path).prepare('SELECT user_id FROM welcome_mails').all();
  await expectExactlyOnce('inbox-sqlite', { DATABASE_PATH: path }, () => query().map((row) => row['user_id']));
});

const create = `
  CREATE TABLE webhook_inbox (id text PRIMARY KEY, handled_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE welcome_mails (user_id text NOT NULL, email text NOT NULL)`;
it.runIf(canRunPostgres())('the inbox in PostgreSQL neither loses nor repeats an event', async () => {
  const server = await startPostgres();
  onTestFinished(() => server.kill());
  await server.query(create);
  const users = async () => (await server.query('SELECT user_id FROM welcome_mails')).map((row) => row['user_id']);
  await expectExactlyOnce('inbox-postgres', server.environment, users);
});
