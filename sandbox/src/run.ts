import { WebhookVerificationError } from '@example/sdk/webhooks';
import { version } from '../package.json';
import {
  type Command,
  HELP,
  parseCommandLine,
  type ServeCommand,
  type TriggerCommand,
  UsageError,
} from './command-line.ts';
import { JournalError, openJournal } from './sqlite-journal.ts';
import { assembleSandbox } from './sandbox.ts';
import { listen } from './server.ts';
import { timestamp } from './timestamp.ts';
import { attempt } from './webhooks/attempt.ts';
import { EXAMPLE_DATA } from './webhooks/webhooks.ts';
import { outcomeOf } from './webhooks/outcome.ts';
import { styleFor, welcome } from './welcome.ts';
import { randomSecret } from './random.ts';

interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  hasColors?(): boolean;
}

/** What the command line needs of the process around it. */
export interface Surroundings {
  readonly out: Output;
  readonly error: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Settles when the user wants it to end. */
  readonly stopped: () => Promise<unknown>;
}

/** Runs the command line to its end. Returns the exit code: 1 if something failed, 2 if the arguments are wrong. */
export async function run(args: readonly string[], around: Surroundings): Promise<number> {
  try {
    return await carryOut(parseCommandLine(args, around.env), around);
  } catch (error) {
    if (error instanceof UsageError) {
      around.error.write(`${error.message}\nexample-sandbox --help tells what there is.\n`);
      return 2;
    }
    if (error instanceof JournalError || error instanceof WebhookVerificationError) {
      around.error.write(`${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

async function carryOut(command: Command, around: Surroundings): Promise<number> {
  switch (command.name) {
    case 'help':
      around.out.write(HELP);
      return 0;
    case 'version':
      around.out.write(`${version}\n`);
      return 0;
    case 'serve':
      return serve(command, around);
    case 'trigger':
      return trigger(command, around);
  }
}

async function serve(command: ServeCommand, { out, stopped }: Surroundings): Promise<number> {
  const { port, host, data, rateLimit, ...options } = command;
  const journal = data === undefined ? undefined : await openJournal(data);
  // Always the same, so that a program that has it can be started again after the server.
  const apiToken = 'sandbox_token';
  const sandbox = assembleSandbox({ ...options, apiToken, rateLimit }, { listen, journal });
  try {
    const { url } = await sandbox.listen({ port, host }).catch((error: unknown) => {
      if (!isInUse(error)) throw error;
      throw new UsageError(`Port ${port} is in use. Choose another one with --port, or a free one with --port 0.`);
    });
    out.write(welcome({ url, apiToken, data, ...rateLimit }, styleFor(out)));
    await stopped();
  } finally {
    await sandbox.close();
  }
  return 0;
}

async function trigger({ event, to, secret, payload }: TriggerCommand, { out }: Surroundings): Promise<number> {
  const body = JSON.stringify({ event, data: payload ?? EXAMPLE_DATA, timestamp: timestamp(Date.now()) });
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
