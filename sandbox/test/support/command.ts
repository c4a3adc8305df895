import { afterEach, expect } from 'vitest';
import { run } from '../../src/cli/run.ts';

/** Runs the commands of a test file in this process. After each test, it stops the commands that still run. */
export function commands() {
  const running = new Set<() => Promise<unknown>>();
  afterEach(async () => {
    await Promise.all([...running].map((stop) => stop().catch(() => undefined)));
    running.clear();
  });

  /** Starts a command, which reads only these environment variables. */
  function command(args: readonly string[], env: Record<string, string> = {}) {
    const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
    let text = '';
    const out = { write: (part: string) => (text += part) };
    const exitCode = run(args, { out, error: out, env, stopped: () => stopped });
    /** Stops the command as Ctrl-C does, and returns its exit code. */
    const stop = () => {
      resolve(undefined);
      return exitCode;
    };
    running.add(stop);
    /** Everything printed so far. */
    const output = () => text;
    /** Waits until the output matches. */
    const prints = (pattern: RegExp) => expect.poll(output).toMatch(pattern);
    return { output, prints, exitCode, stop };
  }

  /** Starts a sandbox on a free port. */
  async function serve(...args: readonly string[]) {
    const server = command(['--port', '0', ...args]);
    await server.prints(/A first request/);
    const [, url = ''] = /URL +(\S+)/.exec(server.output()) ?? [];
    return { server, url, env: { EXAMPLE_BASE_URL: url } };
  }

  /** Runs a command that ends by itself. */
  async function ended(args: readonly string[], env: Record<string, string> = {}): Promise<[number, string]> {
    const { exitCode, output } = command(args, env);
    return [await exitCode, output()];
  }

  return { serve, ended };
}
