// A user's test on the sandbox. Jest and Vitest have the same functions for that.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { createSandbox } from '@example/sandbox';
import { Client } from '@example/sdk';

declare const test: (title: string, body: () => Promise<void>, timeout: number) => void;

test('the sandbox works here', async () => {
  const sandbox = createSandbox({ projects: 3 });
  const { url } = await sandbox.listen();
  const client = new Client({ apiToken: sandbox.apiToken, baseUrl: url });
  const { meta } = await client.projects.list();
  await sandbox.close();
  writeFileSync(process.env['OUTPUT'] ?? '', JSON.stringify(meta.total_count));
}, 60_000);
