import { AsyncLocalStorage } from 'node:async_hooks';
import { CallError, type Client, ConflictError, UnprocessableEntityError, type UserCreateParams } from '@example/sdk';
import type { Journal } from './journal.ts';

/** Enough for 100 requests a minute. After a crash, you have at most this many rows to check. */
const atOnce = 10;

/** Creates a user for each line that isn't in the journal. */
export async function importUsers(
  client: Client,
  lines: Iterable<string> | AsyncIterable<string>,
  journal: Pick<Journal, 'has' | 'add'>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const currentRow = new AsyncLocalStorage<number>();
  const noteSent = () => {
    const sent = currentRow.getStore();
    if (sent !== undefined) journal.add(sent, 'check'); // in case the process ends before the response arrives
  };
  client.on('request', noteSent);
  let row = -1;
  try {
    for await (const line of lines) {
      row++;
      if (line === '' || journal.has(row)) continue;
      const run = () => importRow(client, row, line, journal);
      const work = currentRow.run(row, run).finally(() => running.delete(work));
      running.add(work);
      if (running.size >= atOnce) await Promise.race(running);
    }
    await Promise.all(running);
  } finally {
    await Promise.allSettled(running); // the journal gets the results of calls in flight
    client.off('request', noteSent);
  }
}

async function importRow(client: Client, row: number, line: string, journal: Pick<Journal, 'add'>): Promise<void> {
  const params = JSON.parse(line) as UserCreateParams;
  try {
    const { id } = await client.users.create(params);
    journal.add(row, id);
  } catch (error) {
    const result = resultOf(error);
    journal.add(row, result);
    if (result === 'again') throw error; // ends the import
    // While responses are being lost, sending more rows would only add rows to check.
    if (result.startsWith('check')) await new Promise((resolve) => setTimeout(resolve, 5_000));
  }
}

/** What to note about a row whose call failed. */
function resultOf(error: unknown): string {
  if (error instanceof ConflictError || error instanceof UnprocessableEntityError)
    return `refused ${JSON.stringify(error)}`;
  if (error instanceof CallError && error.mayHaveTakenEffect) return `check ${error.message}`;
  return 'again'; // no user was created
}
