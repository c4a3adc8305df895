import { Client, NotFoundError } from '@example/sdk';
import { verifyWebhook, WebhookVerificationError } from '@example/sdk/webhooks';

/** An API to talk to. */
export interface Api {
  baseUrl: string;
  apiToken: string;
}

/** A webhook as it was sent, and what to verify it with. */
export interface Delivery {
  body: string;
  headers: Record<string, string>;
  secret: string;
}

/** What the suite is told: JSON, so that it can be handed to any runtime. */
export interface SuiteInput {
  /** Has 100 projects. */
  healthy: Api;
  /** Answers the first request with a 503. */
  flaky: Api;
  /** Allows two requests a second. */
  limited: Api;
  delivery: Delivery;
}

/** What every runtime is put through: the few lines that a user would write there. Gives what it saw. */
export async function runSuite({ healthy, flaky, limited, delivery }: SuiteInput): Promise<Record<string, unknown>> {
  const clientOf = (api: Api) => new Client({ ...api, dangerouslyAllowBrowser: true });
  const client = clientOf(healthy);

  const created = await client.users.create({
    name: 'Jane Doe',
    email: 'jane@example.com',
    password: 'secure_password',
  });
  const controller = new AbortController();
  const options = { signal: controller.signal, totalTimeout: 30_000 };
  const got = await client.users.get(created.id, options);

  const iterated = new Set<string>();
  for await (const project of client.projects.list({ per_page: 25 }, { ...options, prefetch: 2 }))
    iterated.add(project.id);
  controller.abort();
  const aborted = await rejection(client.users.get(created.id, options));

  const missing = await rejection(client.users.get('user_missing'));

  const retried: unknown[] = [];
  await clientOf(flaky)
    .on('retry', ({ status }) => retried.push(status))
    .projects.list();

  let waits = 0;
  const paced = clientOf(limited).on('rateLimitWait', () => waits++);
  for (let calls = 0; waits === 0 && calls < 20; calls++) await paced.projects.list();

  const { body, headers, secret } = delivery;
  const { event } = await verifyWebhook(body, headers, secret);
  const refused = await rejection(verifyWebhook(`${body} `, headers, secret));

  return {
    created: created.name,
    got: got.name,
    iterated: iterated.size,
    aborted: (aborted as Error).name,
    missing: missing instanceof NotFoundError && missing.code,
    retried,
    waits,
    verified: event,
    refused: refused instanceof WebhookVerificationError && refused.code,
  };
}

async function rejection(call: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    return error;
  }
}
