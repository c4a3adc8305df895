// Calls with the signals of other libraries. Its input is the argument, what it saw is printed.
import process from 'node:process';
import { Client } from '@example/sdk';
import { AbortController as OfLibrary } from 'abort-controller';
import { Window } from 'happy-dom';
import { JSDOM } from 'jsdom';
import type { Api } from './suite.ts';

const client = new Client(JSON.parse(process.argv[2] ?? '') as Api);
const controllers = {
  jsdom: new new JSDOM().window.AbortController(),
  'happy-dom': new new Window().AbortController(),
  'abort-controller': new OfLibrary(),
};

async function run(): Promise<void> {
  const seen: Record<string, unknown> = {};
  const user = { name: 'Jane Doe', email: 'jane@example.com', password: 'secure_password' };
  const { id } = await client.users.create(user);
  for (const [name, controller] of Object.entries(controllers)) {
    const { signal } = controller;
    const got = await client.users.get(id, { signal });
    const all = await client.projects.list({ per_page: 25 }, { signal, prefetch: 2 }).toArray();
    controller.abort();
    const error: unknown = await client.users.get(id, { signal }).catch((reason: unknown) => reason);
    seen[name] = [got.name, all.length, (error as Error).name];
  }
  console.log(JSON.stringify(seen));
}

void run();
