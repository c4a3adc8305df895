// What a user would write; it is compiled, but not run. If a type got lost, an expected error would be missing.
import { createSandbox, type SandboxServer } from '@example/sandbox';
import { Client, NotFoundError, RateLimitError } from '@example/sdk';
import type { ClientOptions, Fetch, Page, Project, User } from '@example/sdk';
import { instrument } from '@example/sdk/otel';
import { createRateLimitStore } from '@example/sdk/rate-limit';
import { redisRateLimitStore, type RedisClient } from '@example/sdk/redis';
import { verifyWebhook, Webhooks, type WebhookEvent } from '@example/sdk/webhooks';

/** If only the SDK is installed, the declarations of each entry point can't import another package. */
export const others = [instrument, createRateLimitStore];

export async function useClient(options: ClientOptions, redis: RedisClient): Promise<User[]> {
  const client = new Client({ ...options, rateLimit: { store: redisRateLimitStore(redis), maxWait: 1_000 } });
  client.on('retry', ({ delay, reason }) => delay.toFixed() + reason);

  const params = { name: 'John Doe', email: 'john@example.com' };
  const created: User = await client.users.create({ ...params, password: 'secret' }, { idempotencyKey: 'signup-1' });
  // @ts-expect-error -- users need a password
  await client.users.create(params);

  const page: Page<Project> = await client.projects.list({ page: 2, per_page: 50 });
  const lines = [`${page.meta.total_count} projects`];
  for await (const project of client.projects.list({ status: 'active' }, { prefetch: 2 })) lines.push(project.name);
  // @ts-expect-error -- a project has no such field
  lines.push(typeof page.data[0]?.title);

  const { data, response, rateLimit } = await client.users.get(created.id).withResponse();
  lines.push(response.headers.get('date') ?? '', rateLimit?.remaining.toFixed() ?? '');
  const error: unknown = await client.users
    .get('user_missing')
    .asResponse()
    .catch((reason: unknown) => reason);
  if (error instanceof NotFoundError) lines.push(error.message, error.code ?? '', error.headers.get('date') ?? '');
  if (error instanceof RateLimitError) lines.push(error.retryAfter?.toFixed() ?? '');
  return [created, data];
}

export async function receiveWebhook(body: string, headers: Record<string, string>): Promise<string> {
  new Webhooks({ secret: 'whsec_' }).on('user.created', ({ data }) => data.email.toLowerCase());

  const event: WebhookEvent = await verifyWebhook(body, headers, ['whsec_']);
  if (event.event === 'user.created') return event.data.email;
  // @ts-expect-error -- the data of other events is unknown
  return event.data;
}

export async function useSandbox(): Promise<Client[]> {
  const sandbox = createSandbox({ rateLimit: { limit: 2 } });
  sandbox.faults.next({ status: 503 });
  const fetch: Fetch = sandbox.fetch;
  const { url }: SandboxServer = await sandbox.listen({ port: 4010 });
  // @ts-expect-error -- events are a list
  sandbox.webhooks.register({ url, events: 'user.created' });
  return [new Client({ fetch }), new Client({ baseUrl: url })];
}
