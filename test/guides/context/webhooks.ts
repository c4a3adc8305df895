import { signWebhook, Webhooks, type WebhookEvent } from '@example/sdk/webhooks';

export { Webhooks };
export const webhooks = new Webhooks();
/** A server that answers every request. */
export const url = process.env['RECEIVER_URL'] ?? '';

export const secret = process.env['EXAMPLE_WEBHOOK_SECRET'] ?? '';
export const [newSecret, oldSecret] = [secret, secret];
export const rawBody = JSON.stringify({
  event: 'user.created',
  data: { id: 'user_123', name: 'John Doe', email: 'john@example.com' },
  timestamp: '2024-01-01T00:00:00Z',
});
export const headers = await signWebhook({ body: rawBody, secret });

export const secretManager = { read: (name: string) => Promise.resolve(name && secret) };
export const tenantSecrets = new Map([['acme', secret]]);

export const sendWelcomeEmail = (email: string) => console.log('Welcome,', email);
export const welcome: (email: string, options?: { signal: AbortSignal }) => void = (email) =>
  console.log('Welcome,', email);
export const audit = (event: WebhookEvent) => console.log('audited', event.event);
export const deadLetters = { add: (id: string, event: object) => console.log('not handled', id, event) };

const database = {
  query: (sql: string, values: unknown[] = []) => {
    console.log(sql, ...values);
    return Promise.resolve({ rowCount: 1 });
  },
};
export const transaction = (work: (tx: typeof database) => Promise<void>) => work(database);
