// Creates one user for each line of a file, exactly once. You can stop it at any moment: the next run continues where it left off.
//
//   node examples/import-users/main.ts users.jsonl
//
// A line is `{"name": …, "email": …, "password": …}`. Needs EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL for the local API).
import { open } from 'node:fs/promises';
import { Client, ConflictError, UnprocessableEntityError, type UserCreateParams } from '@example/sdk';
import { Journal } from './journal.ts';

const file = process.argv[2] ?? 'users.jsonl';
const journal = new Journal(`${file}.journal`);

const client = new Client({ priority: 'background' }); // lets the calls of your other programs pass

/** Creates the user, and returns what to note about this row. */
async function importUser(params: UserCreateParams, idempotencyKey: string): Promise<string> {
  try {
    const { id } = await client.users.create(params, { idempotencyKey });
    return id;
  } catch (error) {
    // An earlier attempt has created it: the address is unique, whether or not the API knows idempotency keys.
    if (error instanceof ConflictError && error.code === 'email_taken') return 'exists';
    if (error instanceof UnprocessableEntityError) return `invalid ${JSON.stringify(error.details)}`;
    throw error; // ends the import; the next run sends this row again
  }
}

const running = new Set<Promise<void>>();
let row = 0;
const input = await open(file);
for await (const line of input.readLines()) {
  const index = row++;
  if (journal.has(index) || line === '') continue;
  const params = JSON.parse(line) as UserCreateParams;
  const work = importUser(params, journal.keyOf(index)).then((result) => journal.add(index, result));
  const finished = work.finally(() => running.delete(finished));
  running.add(finished);
  // The client paces the calls. This only keeps the whole file from being in memory.
  if (running.size >= 100) await Promise.race(running);
}
await Promise.all(running);
console.log(`${journal.count} of ${row} rows are done. ${file}.journal says how each ended.`);
