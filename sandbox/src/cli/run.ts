import { WebhookVerificationError } from '@example/sdk/webhooks';
import { version } from '../../package.json';
import { assembleSandbox } from '../sandbox.ts';
import { listen } from '../server.ts';
import { JournalError, openJournal } from '../storage/sqlite-journal.ts';
import { timestamp } from '../utils/clock.ts';
import { randomSecret } from '../utils/random.ts';
import { attempt, outcomeOf } from '../webhooks/attempt.ts';
import { exampleData } from '../webhooks/webhooks.ts';
import {
  type Command,
  helpText,
  parseCommandLine,
  type ServeCommand,
  type TriggerCommand,
  UsageError,
} from './command-line.ts';
import { styleFor, welcome } from './welcome.ts';

interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  hasColors?(): boolean;
}

/** What the command line needs from its process. */
export interface ProcessIO {
  readonly out: Output;
  readonly error: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Settles when the user stops the command. */
  readonly stopped: () => Promise<unknown>;
}

/** Runs a command to its end. Returns the exit code: 0 on success, 1 on failure, 2 for invalid arguments. */
export async function run(args: readonly string[], io: ProcessIO): Promise<number> {
  try {
    return await execute(parseCommandLine(args, io.env), io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.error.write(`${error.message}\nRun example-sandbox --help to list the options.\n`);
      return 2;
    }
    if (error instanceof JournalError || error instanceof WebhookVerificationError) {
      io.error.write(`${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

async function execute(command: Command, io: ProcessIO): Promise<number> {
  switch (command.name) {
    case 'help':
      io.out.write(helpText);
      return 0;
    case 'version':
      io.out.write(`${version}\n`);
      return 0;
    case 'serve':
      return serve(command, io);
    case 'trigger':
      return trigger(command, io);
  }
}

async function serve(command: ServeCommand, { out, stopped }: ProcessIO): Promise<number> {
  const { port, host, data, rateLimit, ...options } = command;
  const journal = data === undefined ? undefined : await openJournal(data);
  // Always the same, so that you can restart the server without changing your program.
  const apiToken = 'sandbox_token';
  const sandbox = assembleSandbox({ ...options, apiToken, rateLimit }, { listen, journal });
  try {
    const { url } = await sandbox.listen({ port, host }).catch((error: unknown) => {
      if (!isInUse(error)) throw error;
      throw new UsageError(`Port ${port} is in use. Choose another port with --port, or use --port 0 for a free one.`);
    });
    out.write(welcome({ url, apiToken, data, ...rateLimit }, styleFor(out)));
    await stopped();
  } finally {
    await sandbox.close();
  }
  return 0;
}

async function trigger({ event, to, secret, payload }: TriggerCommand, { out }: ProcessIO): Promise<number> {
  const body = JSON.stringify({ event, data: payload ?? exampleData, timestamp: timestamp(Date.now()) });
  const endpoint = { id: '', url: to, events: [], secret, created_at: '' };
  const made = await attempt(
    endpoint,
    { message: `msg_${randomSecret()}`, body },
    { fetch, timeout: 15_000, now: Date.now },
  );
  const answer = made.status === undefined ? (made.error ?? '') : `${made.status} ${made.responseBody ?? ''}`.trim();
  out.write(`${event} → ${to}\n${body}\n← ${answer} (${made.duration} ms)\n`);
  return outcomeOf(made).kind === 'delivered' ? 0 : 1;
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
