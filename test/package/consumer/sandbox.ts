// What a user's tests do with the sandbox.
import { createSandbox } from '@example/sandbox';
import { Client } from '@example/sdk';

/** Uses the sandbox without a server, including a webhook that it sends. */
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

/** Uses the sandbox over HTTP, in runtimes that can have a server. */
export async function useServer(): Promise<number> {
  const sandbox = createSandbox({ projects: 3 });
  const { apiToken } = sandbox;
  const baseUrl = (await sandbox.listen()).url;
  const { meta } = await new Client({ apiToken, baseUrl, dangerouslyAllowBrowser: true }).projects.list();
  await sandbox.close();
  return meta.total_count;
}
