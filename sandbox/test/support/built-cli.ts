import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundledText } from '../../../build/bundled-text.ts';
import { afterAll, beforeAll } from 'vitest';

const root = join(import.meta.dirname, '../..');

export interface Run {
  readonly child: ChildProcessWithoutNullStreams;
  /** Everything it has said so far. */
  output(): string;
  /** Waits until the output has something that matches, and returns the match. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Waits for the end; gives the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Builds the command line for this test file, and starts it as its users do: as a process. */
export function commandLine(): (...args: readonly string[]) => Run {
  let directory = '';
  const runs = new Set<Run>();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'example-sandbox-'));
    await build({
      entryPoints: [join(root, 'src/cli/main.ts')],
      outfile: join(directory, 'cli.mjs'),
      bundle: true,
      plugins: [bundledText],
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
  });

  afterAll(async () => {
    for (const run of runs) run.child.kill('SIGKILL');
    await Promise.all([...runs].map((run) => run.ended));
    await rm(directory, { recursive: true });
  });

  return (...args) => {
    const child = spawn(process.execPath, [join(directory, 'cli.mjs'), ...args]);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    }
    const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
      child.once('close', (code, signal) => resolve(code ?? signal)),
    );
    const run: Run = {
      child,
      output: () => text,
      ended,
      says: (pattern) =>
        new Promise((resolve, reject) => {
          const look = () => {
            const match = pattern.exec(text);
            if (match !== null) resolve(match);
          };
          child.stdout.on('data', look);
          child.stderr.on('data', look);
          void ended.then((code) => reject(new Error(`It ended with ${String(code)} and had said:\n${text}`)));
          look();
        }),
    };
    runs.add(run);
    void ended.then(() => runs.delete(run));
    return run;
  };
}
