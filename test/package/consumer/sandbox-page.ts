// The sandbox in a page: no server, down to the hashed password and the sent webhook.
import { createSandbox } from '@example/sandbox';
import { Client } from '@example/sdk';

/** For the test to call. */
export async function useSandbox(): Promise<Record<string, unknown>> {
  const events: unknown[] = [];
  const sandbox = createSandbox({
    webhooks: {
      endpoints: [{ url: 'https://app.example.com/webhooks' }],
      fetch: (_, init) => {
        events.push(init.body);
        return Promise.resolve(new Response());
      },
    },
  });
  const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch, dangerouslyAllowBrowser: true });
  const user = await client.users.create({ name: 'John Doe', email: 'john@example.com', password: 'secure_password' });
  await sandbox.webhooks.flush();
  const projects = await client.projects.list().toArray();
  return { user: user.id, projects: projects.length, events: events.length };
}

Object.assign(globalThis, { useSandbox });
