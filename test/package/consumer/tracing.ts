// What the tracing channels tell of a call, as a program for a command line. What it prints is in the order in which it came.
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, subscribe } from 'node:diagnostics_channel';
import process from 'node:process';
import { Client } from '@example/sdk';
import type { Api } from './suite.ts';

void run();

async function run(): Promise<void> {
  // A boundary: the test wrote it.
  const api = JSON.parse(process.argv[2] ?? '') as Api;
  const seen: string[] = [];
  for (const name of ['call', 'attempt', 'wait']) {
    for (const phase of ['start', 'asyncEnd']) {
      subscribe(`tracing:@example/sdk:${name}:${phase}`, (message) => {
        const { route, status } = message as { route: string; status?: number };
        seen.push(`${name} ${phase} ${route} ${phase === 'asyncEnd' && name !== 'wait' ? status : ''}`.trim());
      });
    }
  }
  const storage = new AsyncLocalStorage<string>();
  channel('tracing:@example/sdk:attempt:start').bindStore(storage, () => 'within the attempt');
  const client = new Client({
    ...api,
    fetch: (url, init) => {
      seen.push(storage.getStore() ?? 'outside');
      return fetch(url, init);
    },
  });
  await client.projects.list();
  console.log(JSON.stringify(seen));
}
