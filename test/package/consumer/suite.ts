import { Client, NotFoundError } from '@example/sdk';
import { verifyWebhook, WebhookVerificationError } from '@example/sdk/webhooks';

/** An API to talk to. */
export interface Api {
  baseUrl: string;
  apiToken: string;
}

/** The suite's input: JSON, so that every runtime can receive it. */
export interface SuiteInput {
  /** Has 100 projects. */
  healthy: Api;
  /** Responds to the first request with a 503. */
  flaky: Api;
  /** Allows two requests a second. */
  limited: Api;
  /** A webhook as it was sent, and the secret that verifies it. */
  delivery: { body: string; headers: Record<string, string>; secret: string };
}

/** What every runtime has to run: the few lines that a user would write there. Returns what it saw. */
export async function runSuite({ healthy, flaky, limited, delivery }: SuiteInput): Promise<Record<string, unknown>> {
  const clientOf = (api: Api) => new Client({ ...api, dangerouslyAllowBrowser: true });
  const client = clientOf(healthy);

  const params = { name: 'Jane Doe', email: 'jane@example.com', password: 'secure_password' };
  const created = await client.users.create(params);
  const controller = new AbortController();
  const options = { signal: controller.signal, totalTimeout: 30_000 };
  const got = await client.users.get(created.id, options);

  const iterated = new Set<string>();
  for await (const { id } of client.projects.list({ per_page: 25 }, { ...options, prefetch: 2 })) iterated.add(id);
  controller.abort();
  const aborted = await rejection(client.users.get(created.id, options));

  const missing = await rejection(client.users.get('user_missing'));

  const retried: unknown[] = [];
  const observed = clientOf(flaky).on('retry', ({ status }) => retried.push(status));
  await observed.projects.list();

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

function rejection(call: PromiseLike<unknown>): PromiseLike<unknown> {
  return call.then(
    (value) => value,
    (error: unknown) => error,
  );
}
