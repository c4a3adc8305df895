import { describe, expect, it } from 'vitest';
import { signWebhook, verifyWebhook, type WebhookHeaders } from '@example/sdk/webhooks';
import { published, secret, userCreated } from './support/signed-request.ts';
import { rejection } from './support/verification.ts';

const body = JSON.stringify(userCreated);

/** What `verifyWebhook` returns: the event, and the id of its delivery. */
const verified = { ...userCreated, id: expect.stringMatching(/^msg_/) as string };

const inUpperCase = (headers: Record<string, string>): [string, string][] =>
  Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]);

describe('the headers of a webhook', () => {
  it.each<[string, (headers: Record<string, string>) => WebhookHeaders]>([
    ['a Headers object', (headers) => new Headers(headers)],
    ['an object with nothing but get()', (headers) => ({ get: (name) => headers[name] })],
    ['a Map', (headers) => new Map(Object.entries(headers))],
    ['a Map with names in upper case', (headers) => new Map(inUpperCase(headers))],
    ['pairs', (headers) => Object.entries(headers)],
    ['a plain object with names in upper case', (headers) => Object.fromEntries(inUpperCase(headers))],
    ['lists of values', (headers) => Object.fromEntries(Object.entries(headers).map(([name, it]) => [name, [it]]))],
  ])('may be %s', async (_, form) => {
    const headers = await signWebhook({ body, secret });
    await expect(verifyWebhook(body, form(headers), secret)).resolves.toEqual(verified);
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('missing_header: %s', async (name) => {
    const headers: Record<string, string> = await signWebhook({ body, secret });
    for (const missing of [undefined, '']) {
      const error = await rejection(body, { ...headers, [name]: missing }, secret);
      expect(error.code).toBe('missing_header');
      expect(error.message).toContain(name);
    }
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['an object that throws', new Proxy({}, { get: () => expect.fail() })],
  ])('missing_header: the headers are %s', async (_, none) => {
    expect(await rejection(body, none, secret)).toHaveProperty('code', 'missing_header');
  });

  it.each([
    ['webhook-id', 'two words'],
    ['webhook-id', 'ümlaut'],
    ['webhook-timestamp', '2024-01-01T00:00:00Z'],
    ['webhook-timestamp', '-5'],
    ['webhook-timestamp', '1614265330.5'],
    ['webhook-signature', 'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    ['webhook-signature', 7],
    ['webhook-timestamp', ['1614265330', '1614265331']],
  ])('malformed_header: %s: %s', async (name, value) => {
    const error = await rejection(body, { ...published.headers, [name]: value }, secret, { now: published.now });
    expect(error.code).toBe('malformed_header');
    expect(error.message).toContain(`${name} must be`);
  });
});
