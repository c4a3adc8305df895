import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, mayTest, ready, start } from './child-process.ts';
import { freePort } from './free-port.ts';

/** The two servers that the SDK supports. */
export type RedisServerProgram = 'redis-server' | 'valkey-server';

export type RedisServer = Awaited<ReturnType<typeof startRedis>>;

/**
 * Starts a real server on a free port of the loopback interface, and returns when it responds. It keeps nothing when it
 * ends. `options` are further command-line options, such as `--cluster-enabled yes`.
 */
export async function startRedis(program: RedisServerProgram = 'redis-server', ...options: string[]) {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...options];
  const directory = await mkdtemp(join(tmpdir(), 'redis-'));
  let server: ChildProcess | undefined;
  const launch = async () => {
    server = start(program, [...args, '--dir', directory], { stdio: 'ignore' });
    await ready(server, async () => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect').finally(() => socket.destroy());
    });
  };
  /** Ends the server at once, as a crash would. */
  const kill = async (): Promise<void> => {
    if (server) await end(server);
    await rm(directory, { recursive: true, force: true });
  };
  await launch();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    /** Restarts the server, empty, on the same port. */
    async restart(): Promise<void> {
      await kill();
      await mkdir(directory);
      await launch();
    },
    /** Keeps the server from responding without closing connections, as a network that drops packets would. */
    freeze: () => server?.kill('SIGSTOP'),
    thaw: () => server?.kill('SIGCONT'),
    [Symbol.asyncDispose]: kill,
  };
}

export const canRun = (program: RedisServerProgram) =>
  mayTest(spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0, program, program);
