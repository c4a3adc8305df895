import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { canRunPostgres, startPostgres } from '../support/postgres-server.ts';
import { startProgram } from '../support/program.ts';
import { secret, signed, userCreated } from './support/signed-request.ts';

const kills = 60;

/** A process that is started again as often as it is killed. */
function startReceiver(program: string, environment: Record<string, string>) {
  const start = () => startProgram(program, { EXAMPLE_WEBHOOK_SECRET: secret, ...environment });
  let current = start();
  const stop = async () => (await current).kill();
  return {
    stop,
    async kill(): Promise<void> {
      await stop();
      current = start();
    },
    /** Delivers an event. Resolves to the status, or to `undefined` if no response came. */
    async deliver(id: string): Promise<number | undefined> {
      const event = { ...userCreated, data: { ...userCreated.data, id: `user of ${id}` } };
      const response = fetch((await current).url, await signed(event, { id }));
      return response.then(({ status }) => status).catch(() => undefined);
    },
  };
}
type Receiver = ReturnType<typeof startReceiver>;

/**
 * Delivers events as the API does, each to any of two processes until one acknowledges it, and kills the processes
 * meanwhile. Returns the ids of all events, and how many deliveries were cut off.
 */
async function deliverWhileKilling(receivers: readonly [Receiver, Receiver]) {
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
  const killer = async (receiver: Receiver): Promise<void> => {
    while (killed < kills) {
      // Somewhere in the first requests of the new process.
      await receiver.deliver(`msg_${ids.length - 1}`);
      await pause(Math.random() * 30);
      killed++;
      await receiver.kill();
    }
  };
  await Promise.all([...Array.from({ length: 6 }, sender), ...receivers.map(killer)]);
  return { ids, cutOff };
}

async function expectExactlyOnce(
  example: string,
  environment: Record<string, string>,
  usersOf: () => Promise<unknown[]>,
): Promise<void> {
  const program = `../../examples/webhooks/${example}.ts`;
  const first = startReceiver(program, environment);
  // The first one creates what is needed in the database.
  await first.deliver('msg_first');
  const second = startReceiver(program, environment);
  try {
    const { ids, cutOff } = await deliverWhileKilling([first, second]);
    const effects = Map.groupBy(await usersOf(), (user) => user);
    const effectsOf = (id: string) => effects.get(`user of ${id}`)?.length ?? 0;
    const [lost, doubled] = [ids.filter((id) => effectsOf(id) === 0), ids.filter((id) => effectsOf(id) > 1)];
    console.log(
      `${example}: ${kills} × kill -9, ${ids.length} events, ${cutOff} deliveries cut off: ${lost.length} lost, ${doubled.length} doubled`,
    );
    expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
    // Otherwise no process was killed while it worked, and nothing is shown.
    expect(cutOff).toBeGreaterThan(kills / 4);
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
}

describe('the inbox in two processes, which are killed 60 times', () => {
  it('loses nothing and doubles nothing: node:sqlite', async () => {
    const path = join(temporaryFolder(), 'shop.db');
    await expectExactlyOnce('inbox-sqlite', { DATABASE_PATH: path }, () => {
      const rows = new DatabaseSync(path).prepare('SELECT user_id FROM welcome_mails').all();
      return Promise.resolve(rows.map((row) => row['user_id']));
    });
  }, 600_000);

  it.runIf(canRunPostgres())(
    'loses nothing and doubles nothing: PostgreSQL',
    async () => {
      const server = await startPostgres();
      try {
        await server.query(`
          CREATE TABLE webhook_inbox (id text PRIMARY KEY, handled_at timestamptz NOT NULL DEFAULT now());
          CREATE TABLE welcome_mails (user_id text NOT NULL, email text NOT NULL)`);
        await expectExactlyOnce('inbox-postgres', server.environment, async () =>
          (await server.query('SELECT user_id FROM welcome_mails')).map((row) => row['user_id']),
        );
      } finally {
        await server.kill();
      }
    },
    600_000,
  );
});
