import { WebhookVerificationError } from '@example/sdk/webhooks';
import { CommanderError } from 'commander';
import { JournalError } from '../storage/collection.ts';
import { CommandError, type ProcessIO } from './process-io.ts';
import { createProgram } from './program.ts';

/** Runs a command to its end. Returns the exit code: 0 on success, 1 on failure, 2 for invalid arguments. */
export async function run(args: readonly string[], io: ProcessIO): Promise<number> {
  let exitCode = 0;
  try {
    await createProgram(io, (code) => (exitCode = code)).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // It has printed what is wrong; help and version are no failures.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof CommandError) {
      io.error.write(`${error.message}\n`);
      return error.exitCode;
    }
    // The user stopped it.
    if (error instanceof DOMException && error.name === 'AbortError') return 0;
    if (error instanceof JournalError || error instanceof WebhookVerificationError) {
      io.error.write(`${error.message}\n`);
      return 1;
    }
    throw error;
  }
}
