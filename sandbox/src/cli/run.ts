import { CommanderError } from 'commander';
import { failureOf } from '../http/failure.ts';
import { JournalError } from '../storage/collection.ts';
import { CommandError, type CommandIO, type ProcessIO } from './process-io.ts';
import { createProgram } from './program.ts';
import { Terminal } from './terminal.ts';

/** Runs a command to its end. Returns the exit code: 0 on success, 1 on failure, 2 for invalid arguments. */
export async function run(args: readonly string[], process: ProcessIO): Promise<number> {
  const { env } = process;
  const io: CommandIO = { ...process, out: new Terminal(process.out, env), error: new Terminal(process.error, env) };
  let exitCode = 0;
  try {
    await createProgram(io, (code) => (exitCode = code)).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // It has printed what is wrong; help and version are no failures.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const code = exitCodeOf(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    io.error.text(error.message);
    return code;
  }
}

/** The exit code for an error that is not a bug. */
function exitCodeOf(error: unknown): 1 | 2 | undefined {
  if (error instanceof CommandError) return error.exitCode;
  if (error instanceof JournalError) return 1;
  return failureOf(error) === undefined ? undefined : 2;
}
