import { afterEach } from 'vitest';
import { run } from '../../src/cli/run.ts';

/** A command that runs in this process. */
export interface RunningCommand {
  /** Everything that it has printed so far. */
  output(): string;
  /** Waits until the output has something that matches, and returns the match. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  /** Stops it as Ctrl-C does, and returns its exit code. */
  stop(): Promise<number>;
  readonly exitCode: Promise<number>;
}

/** Runs the commands of a test file. After each test, those that still run are stopped. */
export function commands() {
  const running = new Set<RunningCommand>();
  afterEach(async () => {
    await Promise.all([...running].map((each) => each.stop().catch(() => undefined)));
    running.clear();
  });

  /** Starts a command. It reads only these environment variables. */
  function command(args: readonly string[], env: Record<string, string> = {}): RunningCommand {
    const started = runCommand(args, env);
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

function runCommand(args: readonly string[], env: Record<string, string>): RunningCommand {
  let text = '';
  let stop: (value?: unknown) => void = () => undefined;
  const waiting = new Set<() => void>();
  const stream = {
    write: (part: string) => {
      text += part;
      for (const look of waiting) look();
    },
  };
  const stopped = new Promise((resolve) => (stop = resolve));
  const exitCode = run(args, { out: stream, error: stream, env, stopped: () => stopped });
  return {
    exitCode,
    output: () => text,
    prints: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text);
          if (match === null) return;
          waiting.delete(look);
          resolve(match);
        };
        waiting.add(look);
        look();
        exitCode.then((code) => reject(new Error(`It ended with ${code} and had printed:\n${text}`)), reject);
      }),
    stop: () => {
      stop();
      return exitCode;
    },
  };
}
