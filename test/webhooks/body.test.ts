import { describe, expect, it } from 'vitest';
import { signWebhook, verifyWebhook, type WebhookBody } from '@example/sdk/webhooks';
import { secret, userCreated } from './support/signed-request.ts';
import { rejection, verifySignature } from './support/verification.ts';

const body = JSON.stringify(userCreated);

describe('the body of a webhook', () => {
  it.each<[string, (text: string) => NonNullable<WebhookBody>]>([
    ['a string', (text) => text],
    ['a Buffer', (text) => Buffer.from(text)],
    ['a Uint8Array', (text) => new TextEncoder().encode(text)],
    ['a part of a larger buffer', (text) => new TextEncoder().encode(`--${text}--`).subarray(2, -2)],
    ['an ArrayBuffer', (text) => new TextEncoder().encode(text).buffer],
    ['a DataView', (text) => new DataView(new TextEncoder().encode(text).buffer)],
  ])('may be %s', async (_, form) => {
    const text = JSON.stringify({ ...userCreated, note: 'Grüße, 你好 👋' });
    const headers = await signWebhook({ body: form(text), secret });
    await expect(verifyWebhook(form(text), headers, secret)).resolves.toEqual({
      ...(JSON.parse(text) as object),
      id: headers['webhook-id'],
    });
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['Promise', Promise.resolve(body)],
  ])('missing_body: %s', async (name, missing) => {
    const headers = await signWebhook({ body, secret });
    const error = await rejection(missing, headers, secret);
    expect(error.code).toBe('missing_body');
    expect(error.message).toContain(
      `it is ${name}. Pass what was received, as text or bytes, such as await request.text()`,
    );
  });

  it.each([
    ['the event as an object', userCreated],
    ['an empty object', {}],
    ['a stream', new ReadableStream()],
  ])('body_already_parsed: %s', async (_, parsed) => {
    const headers = await signWebhook({ body, secret });
    const error = await rejection(parsed, headers, secret);
    expect(error.code).toBe('body_already_parsed');
    for (const framework of ['Express', 'Fastify', 'NestJS', 'Koa', 'Hono', 'Elysia', 'Next.js']) {
      expect(error.message).toMatch(new RegExp(` ${framework}: \\S+`));
    }
  });

  it.each([
    ['not JSON', 'user.created'],
    ['empty', ''],
    ['an array', '[]'],
    ['a string', '"user.created"'],
    ['null', 'null'],
    ['without a name', '{"data":{},"timestamp":"2024-01-01T00:00:00Z"}'],
    ['JSON, but not in UTF-8', Buffer.from('{"event":"user.cr\xe9\xe9"}', 'latin1')],
  ])('invalid_payload: %s', async (_, payload) => {
    const headers = await signWebhook({ body: payload, secret });
    const error = await rejection(payload, headers, secret);
    expect(error.code).toBe('invalid_payload');
    await expect(verifySignature(payload, headers, secret)).resolves.toHaveProperty('id', headers['webhook-id']);
  });
});
