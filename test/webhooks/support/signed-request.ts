import { signWebhook, type SignWebhookParams, type UserCreatedEvent } from '@example/sdk/webhooks';

/** The test vector of the specification's reference libraries. */
export const published = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  body: '{"test": 2432232314}',
  headers: {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  now: new Date(1_614_265_330_000),
};

export const { secret } = published;
export const otherSecret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

export const userCreated: UserCreatedEvent = {
  event: 'user.created',
  data: { id: 'user_123', name: 'John Doe', email: 'john@example.com' },
  timestamp: '2024-01-01T00:00:00Z',
};

/** The API's request for an event, to pass to `fetch` or `new Request`. */
export async function signed(
  event: unknown = userCreated,
  params?: Partial<SignWebhookParams>,
): Promise<{ method: 'POST'; headers: Record<string, string>; body: string }> {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const headers = await signWebhook({ body, secret, ...params });
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
}
