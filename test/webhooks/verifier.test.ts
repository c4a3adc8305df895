import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  memoryReplayStore,
  WebhookVerificationError,
  type WebhookAttempt,
  type WebhooksOptions,
} from '@example/sdk/webhooks';
import { receiver } from './support/receiver.ts';
import { userCreated } from './support/signed-request.ts';

const body = JSON.stringify(userCreated);
const signature = (text: string, key: string) => `sha256=${createHmac('sha256', key).update(text).digest('hex')}`;

/** A request whose signature is like that of GitHub. */
const signedLikeGitHub = (text = body, key = 'any text') => ({
  method: 'POST',
  headers: { 'X-Signature-256': signature(text, key) },
  body: text,
});

const guide = await readFile(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
const [block = ''] = /^import { createHmac[^]+?^}\);$/m.exec(guide) ?? [];
const code = encodeURIComponent(block.replace('new Webhooks', 'export default'));
// The guide passes these options to `new Webhooks`.
const {
  default: { verify },
} = (await import(`data:text/javascript,${code}`)) as { default: Required<WebhooksOptions> };

/** A receiver of webhooks that are signed in another way. */
function github(options?: WebhooksOptions) {
  const onError = vi.fn();
  const handler = vi.fn();
  const { webhooks, handle, logger } = receiver({ verify, secret: 'any text', onError, ...options });
  webhooks.on('user.created', handler);
  const send = async (init: RequestInit = signedLikeGitHub()) =>
    (await handle(new Request('https://shop.example', init))).status;
  return { webhooks, handler, send, onError, logger };
}

describe('verify', () => {
  it('replaces the check of the signature, and nothing else, as the guide shows', async () => {
    const { send, handler } = github();
    expect(await send()).toBe(204);
    expect(await send()).toBe(204); // the replay store knows it
    const id = signature(body, 'any text');
    expect(handler).toHaveBeenCalledExactlyOnceWith(userCreated, expect.objectContaining({ id }));

    expect(await send({ ...signedLikeGitHub(), body: `${body} ` })).toBe(400);
    expect(await send({ ...signedLikeGitHub(body, 'another text') })).toBe(400);
    expect(await send({ method: 'POST', body })).toBe(400);
    expect(await send({ ...signedLikeGitHub('[]') })).toBe(400); // genuine, but not an event
    expect(handler).toHaveBeenCalledOnce();
  });

  it('gets the body exactly as it was sent, with its byte order mark', async () => {
    const seen = vi.fn(verify);
    const { webhooks, handler } = github({ verify: seen });
    const text = `\uFEFF${body}`;
    const { headers } = signedLikeGitHub(text);
    expect((await webhooks.receive(Buffer.from(text), headers)).status).toBe(204);
    expect(seen.mock.lastCall?.[0].body).toBe(text);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('is called with one secret after the other', async () => {
    const { send } = github({ secret: ['new', 'old'], replayStore: false });
    expect(await send(signedLikeGitHub(body, 'old'))).toBe(204);
    expect(await send(signedLikeGitHub(body, 'new'))).toBe(204);
    expect(await send(signedLikeGitHub(body, 'any text'))).toBe(400);
  });

  it('takes a secret in any form, from the environment or a function too', async () => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', 'from the environment');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await github({ secret: undefined }).send(signedLikeGitHub(body, 'from the environment'))).toBe(204);
    expect(await github({ secret: () => 'short' }).send(signedLikeGitHub(body, 'short'))).toBe(204);
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', '');
    expect(await github({ secret: undefined }).send(signedLikeGitHub(body, ''))).toBe(500);
    expect(() => github({ secret: '' })).toThrow(expect.objectContaining({ code: 'invalid_secret' }) as Error);
  });

  it('keeps endpoints that share a replay store apart', async () => {
    const replayStore = memoryReplayStore();
    for (const key of ['one', 'another', 'whsec_']) {
      const { send, handler } = github({ secret: key, replayStore, verify: () => ({ id: 'd1' }) });
      expect(await send(signedLikeGitHub(body, key))).toBe(204);
      expect(handler).toHaveBeenCalledOnce();
    }
  });

  const revoked = new Error('the certificate is revoked');
  it.each<[string, () => unknown, string, unknown]>([
    ['returning undefined', () => undefined, 'returned nothing', undefined],
    ['returning false', () => false, 'returned nothing', undefined],
    ['returning null', () => null, 'returned nothing', undefined],
    ['throwing', () => Promise.reject(revoked), 'threw an error: the certificate is revoked', revoked],
  ])('rejects by %s, which is reported', async (_, fail, did, cause) => {
    const { send, handler, onError } = github({ verify: fail as WebhooksOptions['verify'] }); // of any type
    expect(await send()).toBe(400);
    expect(handler).not.toHaveBeenCalled();
    const [error, context] = onError.mock.lastCall ?? [];
    expect(error).toBeInstanceOf(WebhookVerificationError);
    expect(error).toMatchObject({ code: 'no_matching_signature', message: `verify() ${did}`, cause });
    expect(context).toEqual({ id: undefined, event: undefined });
  });

  it('may throw a WebhookVerificationError of its own', async () => {
    const error = new WebhookVerificationError('missing_header', 'There is no X-Signature-256.');
    const { send, onError } = github({ verify: () => Promise.reject(error) });
    expect(await send()).toBe(400);
    expect(onError.mock.lastCall?.[0]).toBe(error);
  });

  it.each([
    ['true', true],
    ['no id', { timestamp: new Date() }],
    ['an empty id', { id: '' }],
    ['an id that is a number', { id: 7 }],
    ['a time that is none', { id: 'd1', timestamp: new Date(NaN) }],
    ['a time as text', { id: 'd1', timestamp: '2024-01-01' }],
  ])('is answered with 500 if it returns %s', async (_, returned) => {
    const { send, handler, onError } = github({ verify: (() => returned) as never });
    expect(await send()).toBe(500);
    expect(handler).not.toHaveBeenCalled();
    expect(onError.mock.lastCall?.[0]).toHaveProperty(
      'message',
      expect.stringContaining('must return { id, timestamp }'),
    );
  });

  it('has its timestamp checked, and passed on', async () => {
    const now = 1_764_000_000;
    vi.useFakeTimers({ now: now * 1_000, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const deliver = async (timestamp: Date | number | undefined, tolerance?: number) => {
      const { send, handler, onError } = github({ tolerance, verify: () => ({ id: 'd1', timestamp }) });
      if ((await send()) === 204) return (handler.mock.lastCall![1] as WebhookAttempt).attemptedAt.getTime() / 1_000;
      return (onError.mock.lastCall![0] as WebhookVerificationError).code;
    };

    expect(await deliver(now - 300)).toBe(now - 300);
    expect(await deliver(new Date((now + 300) * 1_000))).toBe(now + 300);
    expect(await deliver(now - 301)).toBe('timestamp_too_old');
    expect(await deliver(new Date((now - 301) * 1_000))).toBe('timestamp_too_old');
    expect(await deliver(now + 301)).toBe('timestamp_too_new');
    expect(await deliver(now - 500, 600)).toBe(now - 500);
    expect(await deliver(undefined)).toBe(now); // none is signed
  });
});
