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

export const sendWelcomeEmail: (email: string) => Promise<void> = () => Promise.resolve();
export const welcome: (email: string, options?: { signal: AbortSignal }) => Promise<void> = () => Promise.resolve();
export const audit: (event: WebhookEvent) => void = () => undefined;
export const deadLetters: { add: (id: string, event: unknown) => Promise<void> } = { add: () => Promise.resolve() };

interface Transaction {
  query: (sql: string, values?: unknown[]) => Promise<{ rowCount: number | null }>;
}
export const transaction = (work: (tx: Transaction) => Promise<void>) =>
  work({ query: () => Promise.resolve({ rowCount: 1 }) });
