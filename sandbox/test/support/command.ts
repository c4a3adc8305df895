import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach } from 'vitest';
import { run } from '../../src/cli/run.ts';

/** A command that has started. */
interface Started<Code> {
  /** Everything that it has printed so far. */
  output(): string;
  /** Waits until the output has something that matches, and returns the match. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  readonly exitCode: Promise<Code>;
}

/** A command that runs in this process. */
interface RunningCommand extends Started<number> {
  /** Stops it as Ctrl-C does, and returns its exit code. */
  stop(): Promise<number>;
}

/** A command as its users start it. If a signal ends it, that is its exit code. */
interface Program extends Started<number | NodeJS.Signals | null> {
  readonly child: ChildProcessWithoutNullStreams;
}

/** The program as it is published. */
export const builtProgram = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Starts programs for a test file. After its tests, those that still run are ended. */
export function programs(): (...args: readonly string[]) => Program {
  const running = new Set<Program>();
  afterAll(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all([...running].map(({ exitCode }) => exitCode));
  });

  return (...args) => {
    const child = spawn(process.execPath, [builtProgram, ...args]);
    const exitCode = new Promise<number | NodeJS.Signals | null>((resolve) =>
      child.once('close', (code, signal) => resolve(code ?? signal)),
    );
    const output = new Output();
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', output.write);
    const program = { ...output.started(exitCode), child };
    running.add(program);
    void exitCode.then(() => running.delete(program));
    return program;
  };
}

/** Runs the commands of a test file in this process. After each test, those that still run are stopped. */
export function commands() {
  const running = new Set<RunningCommand>();
  afterEach(async () => {
    await Promise.all([...running].map((each) => each.stop().catch(() => undefined)));
    running.clear();
  });

  /** Starts a command. It reads only these environment variables. */
  function command(args: readonly string[], env: Record<string, string> = {}): RunningCommand {
    const { promise: stopped, resolve: stop } = Promise.withResolvers<undefined>();
    const output = new Output();
    const exitCode = run(args, { out: output, error: output, env, stopped: () => stopped });
    const started = {
      ...output.started(exitCode),
      stop: () => {
        stop(undefined);
        return exitCode;
      },
    };
    running.add(started);
    return started;
  }

  /** Starts a sandbox on a free port, unless `args` has another one. */
  async function serve(...args: readonly string[]) {
    const server = command(['--port', '0', '--token', 'sandbox_token', ...args]);
    const [, url = ''] = await server.prints(/(http:\/\/127\.0\.0\.1:\d+\/v1)/);
    return { server, url, env: { EXAMPLE_BASE_URL: url } };
  }

  /** Runs a command that ends by itself. */
  async function ended(args: readonly string[], env: Record<string, string> = {}): Promise<[number, string]> {
    const started = command(args, env);
    return [await started.exitCode, started.output()];
  }

  return { command, serve, ended };
}

/** What a command prints, as it comes. */
class Output {
  #text = '';
  readonly #waiting = new Set<() => void>();

  readonly write = (part: string): void => {
    this.#text += part;
    for (const look of this.#waiting) look();
  };

  started<Code>(exitCode: Promise<Code>): Started<Code> {
    return {
      exitCode,
      output: () => this.#text,
      prints: (pattern) =>
        new Promise((resolve, reject) => {
          const look = () => {
            const match = pattern.exec(this.#text);
            if (match === null) return;
            this.#waiting.delete(look);
            resolve(match);
          };
          this.#waiting.add(look);
          look();
          const end = (code: Code) =>
            reject(new Error(`It ended with ${String(code)} and had printed:\n${this.#text}`));
          exitCode.then(end, reject);
        }),
    };
  }
}
