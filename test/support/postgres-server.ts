import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { end, mayTest, ready, start } from './child-process.ts';
import { freePort } from './free-port.ts';

/** The folder with PostgreSQL's programs. Debian doesn't add those of the server to `PATH`. */
const programs = [
  ...globSync('/usr/lib/postgresql/*/bin').sort().reverse(),
  ...(process.env['PATH'] ?? '').split(':'),
].find((folder) => ['initdb', 'postgres'].every((program) => existsSync(join(folder, program))));

export const canRunPostgres = () => mayTest(programs !== undefined, 'PostgreSQL', 'postgresql');

/** Starts a real PostgreSQL server on a free port of the loopback interface, and returns when it responds. */
export async function startPostgres() {
  const folder = programs ?? '';
  const user = unprivilegedUser();
  const directory = await mkdtemp(join(tmpdir(), 'postgres-'));
  if (user) chownSync(directory, user.uid, user.gid);
  const options = { cwd: directory, stdio: 'ignore', ...user } as const;
  const settings = ['--auth=trust', '--username=postgres', '--no-sync', '--encoding=UTF8', '--locale=C'];
  execFileSync(join(folder, 'initdb'), ['-D', directory, ...settings], options);

  const port = await freePort();
  // The tests' servers needn't survive a crash of the machine, so nothing has to be on disk.
  const flags = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'];
  // SIGKILL would leave the connections' processes behind.
  const server = start(join(folder, 'postgres'), ['-D', directory, '-p', String(port), ...flags], options, 'SIGQUIT');

  /** Runs one or more statements. If there is only one, returns its rows. */
  async function query(statements: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statements)).rows;
    } finally {
      await client.end();
    }
  }
  await ready(server, () => query('SELECT 1'));
  return {
    query,
    /** The environment variables from which clients read how to connect. */
    environment: { PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: 'postgres', PGDATABASE: 'postgres' },
    /** Ends the server immediately, and deletes its data. */
    async kill(): Promise<void> {
      await end(server);
      await rm(directory, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** PostgreSQL refuses to run as root, so its package creates a user for it. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
