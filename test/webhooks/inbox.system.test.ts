import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { canRunPostgres, startPostgres } from '../support/postgres-server.ts';
import { startProgram } from '../support/program.ts';
import { secret, signed, userCreated } from './support/signed-request.ts';

// The inbox of the guide in two processes, which are killed all the time.

const kills = 30;

/** A process of an example that is started again as often as it is killed. */
function startReceiver(example: string, environment: Record<string, string>) {
  const path = `../../examples/webhooks/${example}.ts`;
  const start = () => startProgram(path, { EXAMPLE_WEBHOOK_SECRET: secret, ...environment });
  let current = start();
  const stop = async () => (await current).kill();
  onTestFinished(stop);
  return {
    async kill(): Promise<void> {
      await stop();
      current = start();
    },
    /** Delivers an event. Resolves to the status, or to `undefined` if no response came. */
    async deliver(id: string): Promise<number | undefined> {
      const init = await signed({ ...userCreated, data: { ...userCreated.data, id: `user of ${id}` } }, { id });
      const sent = fetch((await current).url, init);
      return sent.then(({ status }) => status).catch(() => undefined);
    },
  };
}

/** Delivers events as the API does, each to any of two processes until one acknowledges it. */
async function expectExactlyOnce(
  example: string,
  environment: Record<string, string>,
  usersOf: () => Promise<unknown[]> | unknown[],
): Promise<void> {
  const first = startReceiver(example, environment);
  // The first one creates what is needed in the database.
  await first.deliver('msg_first');
  const receivers = [first, startReceiver(example, environment)] as const;
  const ids: string[] = [];
  let [cutOff, killed] = [0, 0];
  const any = () => receivers[Math.random() < 0.5 ? 0 : 1];
  const sender = async (): Promise<void> => {
    while (killed < kills) {
      const id = `msg_${ids.length}`;
      ids.push(id);
      // Two attempts at once, as after a timeout of the sender, and one more after the acknowledgement.
      for (let acknowledged = false; !acknowledged;) {
        const statuses = await Promise.all([any().deliver(id), any().deliver(id)]);
        cutOff += statuses.filter((status) => status === undefined).length;
        acknowledged = statuses.includes(204);
      }
      await any().deliver(id);
    }
  };
  const killer = async (receiver: typeof first): Promise<void> => {
    for (; killed < kills; killed++) {
      // Somewhere in the first requests of the new process.
      await receiver.deliver(`msg_${ids.length - 1}`);
      await pause(Math.random() * 30);
      await receiver.kill();
    }
  };
  await Promise.all([...Array.from({ length: 6 }, sender), ...receivers.map(killer)]);

  const effects = Map.groupBy(await usersOf(), (user) => user);
  const effectsOf = (id: string) => effects.get(`user of ${id}`)?.length ?? 0;
  const [lost, doubled] = [ids.filter((id) => effectsOf(id) === 0), ids.filter((id) => effectsOf(id) > 1)];
  expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
  // Otherwise no process was killed while it worked, and nothing is shown.
  expect(cutOff).toBeGreaterThan(kills / 4);
}

it('the inbox in node:sqlite loses and doubles nothing', async () => {
  const path = join(temporaryFolder(), 'shop.db');
  const query = () => new DatabaseSync(path).prepare('SELECT user_id FROM welcome_mails').all();
  await expectExactlyOnce('inbox-sqlite', { DATABASE_PATH: path }, () => query().map((row) => row['user_id']));
}, 600_000);

const create = `
  CREATE TABLE webhook_inbox (id text PRIMARY KEY, handled_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE welcome_mails (user_id text NOT NULL, email text NOT NULL)`;
it.runIf(canRunPostgres())('the inbox in PostgreSQL loses and doubles nothing', { timeout: 600_000 }, async () => {
  const server = await startPostgres();
  onTestFinished(() => server.kill());
  await server.query(create);
  const users = async () => (await server.query('SELECT user_id FROM welcome_mails')).map((row) => row['user_id']);
  await expectExactlyOnce('inbox-postgres', server.environment, users);
});
