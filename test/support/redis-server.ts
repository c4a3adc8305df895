import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** The two servers that speak the protocol and that the SDK supports. */
export type RedisServerProgram = 'redis-server' | 'valkey-server';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const server of running) server.kill('SIGKILL');
});

/** A real server on a free port of the loopback interface; it forgets everything when it ends. */
export class RedisServer {
  readonly program: RedisServerProgram;
  readonly port: number;
  readonly url: string;
  readonly #options: readonly string[];
  #directory = '';
  #process: ChildProcess | undefined;

  private constructor(program: RedisServerProgram, port: number, options: readonly string[]) {
    this.program = program;
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
    this.#options = options;
  }

  /** Starts one, and returns when it answers. `options` are more of the program's own, such as `--cluster-enabled yes`. */
  static async start(program: RedisServerProgram = 'redis-server', ...options: string[]): Promise<RedisServer> {
    if (!isInstalled(program)) {
      throw new Error(`These tests need ${program}. On Debian or Ubuntu: apt-get install ${program}`);
    }
    const server = new RedisServer(program, await freePort(), options);
    await server.restart();
    return server;
  }

  /** Starts it again, empty, on the same port. */
  async restart(): Promise<void> {
    await this.kill();
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.#directory = await mkdtemp(join(tmpdir(), 'redis-'));
    const started = spawn(this.program, [...settings, '--dir', this.#directory, ...this.#options], { stdio: 'ignore' });
    this.#process = started;
    running.add(started);
    started.once('exit', () => running.delete(started));
    while (!(await accepts(this.port))) {
      if (started.exitCode !== null) throw new Error(`${this.program} ended with ${started.exitCode}`);
    }
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    const ended = this.#process;
    this.#process = undefined;
    if (ended === undefined) return;
    if (ended.exitCode === null && ended.signalCode === null) {
      ended.kill('SIGKILL');
      await once(ended, 'exit');
    }
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Stops it answering without closing its connections, as a network that swallows packets would. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  /** Undoes {@link freeze}. */
  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/**
 * Whether the program is there to test with. Elsewhere than in CI its tests may be left out, and the reason is printed;
 * in CI they are run and fail.
 */
export function canRun(program: RedisServerProgram): boolean {
  if (isInstalled(program) || process.env['CI'] === 'true') return true;
  console.warn(`Left out what needs ${program}. On Debian or Ubuntu: apt-get install ${program}`);
  return false;
}

function isInstalled(program: RedisServerProgram): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (accepted: boolean) => {
      socket.destroy();
      // A refused connection is reported at once; the pause keeps the caller's loop from spinning.
      setTimeout(resolve, accepted ? 0 : 10, accepted);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}
