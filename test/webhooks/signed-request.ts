import { signWebhook, type SignWebhookParams } from '@example/sdk/webhooks';

export const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export const userCreated = {
  event: 'user.created',
  data: { id: 'user_123', name: 'John Doe', email: 'john@example.com' },
  timestamp: '2024-01-01T00:00:00Z',
};

/** What the API sends for an event: to pass to `fetch` or `new Request`. */
export async function signed(
  event: unknown = userCreated,
  params?: Partial<SignWebhookParams>,
): Promise<{ method: 'POST'; headers: Record<string, string>; body: string }> {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const headers = await signWebhook({ body, secret, ...params });
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
}
