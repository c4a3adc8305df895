import type { Output, Terminal } from './terminal.ts';

/** What the command line needs from its process. */
export interface ProcessIO {
  readonly out: Output;
  readonly error: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Settles when the user stops the command. */
  readonly stopped: () => Promise<unknown>;
}

/** What a command gets of it: text goes to the terminal only through {@link Terminal}. */
export interface CommandIO extends Omit<ProcessIO, 'out' | 'error'> {
  readonly out: Terminal;
  readonly error: Terminal;
}

/** The command failed for a reason that the user can do something about. The message says what. */
export class CommandError extends Error {}
