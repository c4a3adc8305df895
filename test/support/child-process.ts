import { type ChildProcess, execFile, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const running = new Map<ChildProcess, NodeJS.Signals>();
process.once('exit', () => {
  for (const [child, signal] of running) child.kill(signal);
});

/** Runs a program. Resolves to its output when it ends, and rejects if it fails. */
export const run = promisify(execFile);

/** Starts a program that doesn't outlive this process. By default, the program then ends at once, as in a crash. */
export function start(
  path: string,
  args: readonly string[],
  options: SpawnOptions,
  signal: NodeJS.Signals = 'SIGKILL',
) {
  const child = spawn(path, args, options);
  running.set(child, signal);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Starts a program and collects its output. */
export function startPrinting(path: string, args: readonly string[], options: SpawnOptions) {
  const child = start(path, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => (text += part));
  }
  return { child, output: () => text };
}

/**
 * Waits until the program responds.
 *
 * @param answers Rejects if the program doesn't respond.
 * @throws when the program has ended; the error includes `output`.
 */
export async function ready(child: ChildProcess, answers: () => Promise<unknown>, output = () => ''): Promise<void> {
  // Connections are refused immediately while nobody listens; the pause keeps this from spinning.
  const pause = () => new Promise<false>((resolve) => setTimeout(resolve, 20, false));
  while (!(await answers().then(() => true, pause))) {
    if (child.exitCode !== null)
      throw new Error(`${child.spawnargs.join(' ')} ended with ${child.exitCode}\n${output()}`);
  }
}

/**
 * Whether a program can be tested with. If it is missing, its tests are skipped and the reason is printed; in CI, they
 * run and fail.
 */
export function mayTest(isInstalled: boolean, name: string, packages: string): boolean {
  if (isInstalled || process.env['CI'] !== undefined) return true;
  console.warn(`Left out what needs ${name}. On Debian or Ubuntu: apt-get install ${packages}`);
  return false;
}

/** Ends a program, unless it has ended. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(running.get(child));
  await once(child, 'exit');
}
