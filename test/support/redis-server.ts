import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, mayTest, ready, start } from './child-process.ts';
import { freePort } from './free-port.ts';

/** The two servers that speak the protocol and that the SDK supports. */
export type RedisServerProgram = 'redis-server' | 'valkey-server';

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
    this.#options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...options];
  }

  /** Starts one, and returns when it answers. `options` are more of the program's own, such as `--cluster-enabled yes`. */
  static async start(program: RedisServerProgram = 'redis-server', ...options: string[]): Promise<RedisServer> {
    const server = new RedisServer(program, await freePort(), options);
    await server.restart();
    return server;
  }

  /** Starts it again, empty, on the same port. */
  async restart(): Promise<void> {
    await this.kill();
    this.#directory = await mkdtemp(join(tmpdir(), 'redis-'));
    this.#process = start(this.program, [...this.#options, '--dir', this.#directory], { stdio: 'ignore' });
    await ready(this.#process, async () => {
      const socket = connect(this.port, '127.0.0.1');
      await once(socket, 'connect').finally(() => socket.destroy());
    });
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    const ended = this.#process;
    this.#process = undefined;
    if (ended === undefined) return;
    await end(ended);
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

  [Symbol.asyncDispose] = () => this.kill();
}

export const canRun = (program: RedisServerProgram) =>
  mayTest(spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0, program, program);
