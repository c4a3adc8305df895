// What a user of the sandbox would write, to be compiled and not run.
import { createSandbox, type Sandbox, type SandboxServer } from '@example/sandbox';
import { Client, type Fetch } from '@example/sdk';

export function testWithoutNetwork(): Client {
  const sandbox = createSandbox({ rateLimit: { limit: 2 } });
  sandbox.faults.next({ status: 503 });
  const fetch: Fetch = sandbox.fetch;
  return new Client({ apiToken: sandbox.apiToken, fetch });
}

export async function testOverHTTP(sandbox: Sandbox): Promise<Client> {
  const server: SandboxServer = await sandbox.listen({ port: 4010 });
  // @ts-expect-error -- events are a list
  sandbox.webhooks.register({ url: server.url, events: 'user.created' });
  return new Client({ apiToken: sandbox.apiToken, baseUrl: server.url });
}
