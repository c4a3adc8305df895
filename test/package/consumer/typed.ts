// What a user would write, to be compiled and not run. Where a type were lost, its errors would be missing here.
import { Client, NotFoundError, RateLimitError } from '@example/sdk';
import type { ClientOptions, Page, Project, User } from '@example/sdk';
import { instrument } from '@example/sdk/otel';
import { createRateLimitStore } from '@example/sdk/rate-limit';
import { redisRateLimitStore, type RedisClient } from '@example/sdk/redis';
import { verifyWebhook, Webhooks, type WebhookEvent } from '@example/sdk/webhooks';

/** Where no package but the SDK is installed, the declarations of each entry point can import no other. */
export const others = [instrument, createRateLimitStore];

export async function useClient(options: ClientOptions, redis: RedisClient): Promise<User[]> {
  const client = new Client({ ...options, rateLimit: { store: redisRateLimitStore(redis), maxWait: 1_000 } });
  client.on('retry', ({ delay, reason }) => delay.toFixed() + reason);

  const created: User = await client.users.create(
    { name: 'John Doe', email: 'john@example.com', password: 'secure_password' },
    { idempotencyKey: 'signup-1', timeout: 1_000 },
  );
  // @ts-expect-error -- a user needs a password
  client.users.create({ name: 'John Doe', email: 'john@example.com' }).catch(() => undefined);

  const page: Page<Project> = await client.projects.list({ page: 2, per_page: 50 });
  const lines = [`${page.meta.total_count} projects`];
  for await (const project of client.projects.list({ status: 'active' }, { prefetch: 2 })) lines.push(project.name);
  // @ts-expect-error -- a project has no such field
  lines.push(typeof page.data[0]?.title);

  const { data, response, rateLimit } = await client.users.get(created.id).withResponse();
  lines.push(response.headers.get('date') ?? '', rateLimit?.remaining.toFixed() ?? '');
  const raw = await client.users.get(created.id).asResponse();
  lines.push(await raw.text());

  try {
    await client.users.get('user_missing');
  } catch (error) {
    if (error instanceof NotFoundError) lines.push(error.message, error.code ?? '', error.headers.get('date') ?? '');
    if (error instanceof RateLimitError) lines.push(error.retryAfter?.toFixed() ?? '');
  }
  return [created, data];
}

export async function receiveWebhook(body: string, headers: Record<string, string>): Promise<string> {
  const webhooks = new Webhooks({ secret: 'whsec_' });
  webhooks.on('user.created', ({ data }) => data.email.toLowerCase());

  const event: WebhookEvent = await verifyWebhook(body, headers, ['whsec_']);
  if (event.event === 'user.created') return event.data.email;
  // @ts-expect-error -- of other events, nothing is known
  return event.data;
}
