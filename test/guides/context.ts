// What readers of the guides already have in their programs when they copy a block.
import { createServer } from 'node:http';
import express from 'express';
import { createClient } from 'redis';
import * as z from 'zod';
import { createSandbox } from '@example/sandbox';
import { Client, type UserCreateParams } from '@example/sdk';
import { signWebhook, Webhooks, type WebhookEvent } from '@example/sdk/webhooks';

export { http, HttpResponse } from 'msw';

export const client = new Client();
export const params: UserCreateParams = { name: 'Ada', email: 'ada@example.com', password: 'secure_password' };
export const id = 'user_123';
export const ids = ['user_123', 'user_124', 'user_123'];
export const rows = new Map<string, string>();
export const signup = { id: 'signup_1' };
export const teamSchema = z.object({ id: z.string(), name: z.string() });
export const tokenFromVisitor = process.env['EXAMPLE_API_TOKEN'] ?? '';
export const request = new Request('https://example.com');
export const metrics = {
  increment: (name: string, tags: object) => console.log(name, tags),
  timing: (name: string, milliseconds: number, tags: object) => console.log(name, milliseconds, tags),
};
export const save = (items: object, cursor?: string) => console.log('saved', cursor ?? items);
export const load = (): string | undefined => undefined;
export const show = (message: unknown) => console.log(message);
export const fetchToken = () => Promise.resolve(process.env['EXAMPLE_API_TOKEN'] ?? '');

export const redis = await createClient({ url: process.env['REDIS_URL'] ?? '' }).connect();
export const sandbox = createSandbox();
export const app = express();
export const server = createServer(app);

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
