// A call of the public API, as a program for a command line: the token is the argument, the number of projects is printed.
import process from 'node:process';
import { Client } from '@example/sdk';

void run();

async function run(): Promise<void> {
  const client = new Client({ apiToken: process.argv[2] ?? '', baseUrl: 'https://api.example.com/v1', maxRetries: 0 });
  const { meta } = await client.projects.list();
  console.log(meta.total_count);
}
