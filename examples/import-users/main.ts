// Creates one user for each line of a file. You can stop it at any moment: the next run continues where it left off.
//
//   node examples/import-users/main.ts users.jsonl
//
// Line: `{"name": …, "email": …, "password": …}`. Set EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL for the local API).
import { readFileSync, writeFileSync } from 'node:fs';
import { Client } from '@example/sdk';
import { importUsers } from './import-users.ts';
import { Journal } from './journal.ts';

const file = process.argv[2] ?? 'users.jsonl';
const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
const journal = new Journal(`${file}.journal`);
const client = new Client({ priority: 'background' }); // calls of your other programs go first

await importUsers(client, lines, journal);

const toCheck = lines.filter((_, row) => journal.mustBeChecked(row));
writeFileSync(`${file}.check`, toCheck.map((line) => `${line}\n`).join(''));
console.log(`${lines.length - toCheck.length} of ${lines.length} rows are done: see ${file}.journal.`);
if (toCheck.length > 0) console.log(`${toCheck.length} may have been created. Check those in ${file}.check.`);
