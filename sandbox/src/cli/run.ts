import { WebhookVerificationError } from '@example/sdk/webhooks';
import { CommanderError } from 'commander';
import { JournalError } from '../storage/collection.ts';
import { CommandError, type CommandIO, type ProcessIO } from './process-io.ts';
import { createProgram } from './program.ts';
import { Terminal } from './terminal.ts';

/** Runs a command to its end. Returns the exit code: 0 on success, 1 on failure, 2 for invalid arguments. */
export async function run(args: readonly string[], process: ProcessIO): Promise<number> {
  const io: CommandIO = { ...process, out: new Terminal(process.out), error: new Terminal(process.error) };
  let exitCode = 0;
  try {
    await createProgram(io, (code) => (exitCode = code)).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // It has printed what is wrong; help and version are no failures.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof CommandError) {
      io.error.text(error.message);
      return error.exitCode;
    }
    // The user stopped it.
    if (error instanceof DOMException && error.name === 'AbortError') return 0;
    if (error instanceof JournalError || error instanceof WebhookVerificationError) {
      io.error.text(error.message);
      return 1;
    }
    throw error;
  }
}
