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

/** Runs a command in this process. It reads only these environment variables. */
export function runCommand(args: readonly string[], env: Record<string, string> = {}): RunningCommand {
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
