// A test without a network, as a program for a command line. What it saw is printed.
import { createSandbox } from '@example/sandbox';
import { Client } from '@example/sdk';

void run();

async function run(): Promise<void> {
  const sandbox = createSandbox({ projects: 3 });
  const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch });
  const server = await sandbox.listen();
  const other = new Client({ apiToken: sandbox.apiToken, baseUrl: server.url });
  const [inProcess, overHTTP] = [await client.projects.list(), await other.projects.list()];
  await sandbox.close();
  console.log(JSON.stringify({ inProcess: inProcess.meta.total_count, overHTTP: overHTTP.meta.total_count }));
}
