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

export const tenantSecrets = new Map([['acme', secret]]);

export const sendWelcomeEmail = (email: string) => console.log('Welcome,', email);
export const welcome: (email: string, options?: { signal: AbortSignal }) => void = (email) =>
  console.log('Welcome,', email);
export const audit = (event: WebhookEvent) => console.log('audited', event.event);
export const jobs = { add: (id: string, event: WebhookEvent) => console.log('queued', id, event.event) };
