import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach } from 'vitest';
import { end, startPrinting } from '../../../test/support/child-process.ts';
import { run } from '../../src/cli/run.ts';

/** The program as it is published. */
export const builtProgram = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** A command that has started. */
function started<Code>(output: () => string, exitCode: Promise<Code>) {
  let hasEnded = false;
  const noteEnd = () => (hasEnded = true);
  exitCode.then(noteEnd, noteEnd);
  return {
    /** Everything printed so far. */
    output,
    exitCode,
    /** Waits until the output matches, and returns the match. */
    async prints(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const isLast = hasEnded;
        const match = pattern.exec(output());
        if (match !== null) return match;
        if (isLast) throw new Error(`It ended with ${String(await exitCode)} and had printed:\n${output()}`);
        await setTimeout(5);
      }
    },
  };
}

/** Starts programs for a test file, as users do. After its tests, it ends the programs that still run. */
export function programs() {
  const running = new Set<ChildProcess>();
  afterAll(async () => void (await Promise.all([...running].map(end))));

  const startIn = (cwd: string, ...args: readonly string[]) => {
    const { child, output } = startPrinting(process.execPath, [builtProgram, ...args], { cwd });
    running.add(child);
    /** The exit code, or the signal that ended the program. */
    const exitCode = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
    return { ...started(output, exitCode), child };
  };
  return Object.assign((...args: readonly string[]) => startIn(process.cwd(), ...args), { in: startIn });
}

/** Runs the commands of a test file in this process. After each test, it stops the commands that still run. */
export function commands() {
  const running = new Set<ReturnType<typeof command>>();
  afterEach(async () => {
    await Promise.all([...running].map((each) => each.stop().catch(() => undefined)));
    running.clear();
  });

  /** Starts a command in a terminal of this width. The command reads only these environment variables. */
  function command(args: readonly string[], env: Record<string, string> = {}, columns?: number) {
    const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
    let text = '';
    const out = { write: (part: string) => (text += part), ...(columns === undefined ? {} : { columns }) };
    const exitCode = run(args, { out, error: out, env, stopped: () => stopped });
    /** Stops the command as Ctrl-C does, and returns its exit code. */
    const stop = () => {
      resolve(undefined);
      return exitCode;
    };
    const it = { ...started(() => text, exitCode), stop };
    running.add(it);
    return it;
  }

  /** Starts a sandbox on a free port, unless `args` has another one. */
  async function serve(...args: readonly string[]) {
    const server = command(['--port', '0', ...args]);
    const [, url = ''] = await server.prints(/(http:\/\/127\.0\.0\.1:\d+\/v1)/);
    return { server, url, env: { EXAMPLE_BASE_URL: url } };
  }

  /** Runs a command that ends by itself. */
  async function ended(
    args: readonly string[],
    env: Record<string, string> = {},
    columns?: number,
  ): Promise<[number, string]> {
    const it = command(args, env, columns);
    return [await it.exitCode, it.output()];
  }

  return { serve, ended };
}
