import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  memoryReplayStore,
  WebhookVerificationError,
  type WebhooksOptions,
  type WebhookVerifier,
} from '@example/sdk/webhooks';
import { handling } from './support/receiver.ts';
import { userCreated } from './support/signed-request.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const body = JSON.stringify(userCreated);
const signature = (text: string, key: string) => `sha256=${createHmac('sha256', key).update(text).digest('hex')}`;

/** A request whose signature is like that of GitHub. */
const signedLikeGitHub = (key = 'any text', text = body) => ({
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
  const all = handling({ verify, secret: 'any text', ...options });
  const send = async (init: RequestInit = signedLikeGitHub()) =>
    (await all.handle(new Request('https://shop.example', init))).status;
  return { ...all, send };
}

describe('verify, as in the guide', () => {
  it('replaces the check of the signature, and nothing else', async () => {
    const { send, handler } = github();
    const statuses: number[] = [];
    for (const init of [
      signedLikeGitHub(),
      signedLikeGitHub(), // the replay store knows it
      { ...signedLikeGitHub(), body: `${body} ` },
      signedLikeGitHub('another text'),
      { method: 'POST', body },
      signedLikeGitHub('any text', '[]'), // genuine, but not an event
    ])
      statuses.push(await send(init));
    expect(statuses).toEqual([204, 204, 400, 400, 400, 400]);
    const id = signature(body, 'any text');
    expect(handler).toHaveBeenCalledExactlyOnceWith(userCreated, expect.objectContaining({ id }));
  });

  it('gets the body exactly as it was sent, with its byte order mark', async () => {
    const { webhooks, handler } = github();
    const { headers, body: text } = signedLikeGitHub('any text', `\uFEFF${body}`);
    expect(await webhooks.receive(Buffer.from(text), headers)).toHaveProperty('status', 204);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('tries one secret after the other, in any form, from the environment or a function too', async () => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', 'of the environment');
    for (const [secret, key, status] of [
      [['new', 'old'], 'new', 204],
      [['new', 'old'], 'old', 204],
      [['new', 'old'], 'any text', 400],
      [undefined, 'of the environment', 204],
      [() => 'short', 'short', 204],
    ] as const)
      expect(await github({ secret }).send(signedLikeGitHub(key))).toBe(status);
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', '');
    expect(await github({ secret: undefined }).send(signedLikeGitHub(''))).toBe(500);
    expect(() => github({ secret: '' })).toThrow(expect.objectContaining({ code: 'invalid_secret' }) as Error);
  });

  it('keeps endpoints that share a replay store apart', async () => {
    const replayStore = memoryReplayStore();
    for (const secret of ['one', 'another', 'whsec_']) {
      const { send, handler } = github({ secret, replayStore, verify: () => ({ id: 'd1' }) });
      expect(await send()).toBe(204);
      expect(handler).toHaveBeenCalledOnce();
    }
  });
});

describe('a verifier decides by', () => {
  const now = 1_764_000_000;
  const revoked = new Error('the certificate is revoked');
  const own = new WebhookVerificationError('missing_header', 'There is no X-Signature-256.');
  const rejected = (did: string, cause?: unknown) => ({
    code: 'no_matching_signature',
    message: `verify() ${did}`,
    cause,
  });
  const invalid = { message: 'verify() must return { id, timestamp }: a text, and a Date or epoch seconds.' };
  const at = (timestamp: unknown) => () => ({ id: 'd1', timestamp });

  it.each<[what: string, verify: () => unknown, outcome: number | object, tolerance?: number]>([
    ['returning undefined', () => undefined, rejected('returned nothing')],
    ['returning false', () => false, rejected('returned nothing')],
    ['throwing', () => Promise.reject(revoked), rejected('threw an error: the certificate is revoked', revoked)],
    ['throwing an error of the SDK', () => Promise.reject(own), own],
    ['returning true', () => true, invalid],
    ['returning no id', () => ({ timestamp: new Date() }), invalid],
    ['returning an empty id', () => ({ id: '' }), invalid],
    ['returning a number as the id', () => ({ id: 7 }), invalid],
    ['returning no time', at(new Date(NaN)), invalid],
    ['returning a time as text', at('2024-01-01'), invalid],
    ['a time of 300 s ago', at(now - 300), now - 300],
    ['a date of 300 s ahead', at(new Date((now + 300) * 1_000)), now + 300],
    ['an older time', at(now - 301), { code: 'timestamp_too_old' }],
    ['an older date', at(new Date((now - 301) * 1_000)), { code: 'timestamp_too_old' }],
    ['a later time', at(now + 301), { code: 'timestamp_too_new' }],
    ['an older time, if tolerance allows it', at(now - 500), now - 500, 600],
    ['no time, if none is signed', at(undefined), now],
  ])('%s', async (_, given, outcome, tolerance) => {
    vi.useFakeTimers({ now: now * 1_000, toFake: ['Date'] });
    const { send, handler, onError } = github({ verify: given as WebhookVerifier, tolerance }); // of any type
    const status = typeof outcome === 'number' ? 204 : outcome === invalid ? 500 : 400;
    expect(await send()).toBe(status);
    if (typeof outcome === 'number')
      expect(handler.mock.lastCall?.[1]).toMatchObject({ id: 'd1', attemptedAt: new Date(outcome * 1_000) });
    else expect(onError.mock.calls).toEqual([[expect.objectContaining(outcome), { id: undefined, event: undefined }]]);
  });
});
