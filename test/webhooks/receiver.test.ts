import { createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { Webhooks, WebhookVerificationError, type ReplayStore, type WebhooksOptions } from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { codeOf } from '../guides/support/code-blocks.ts';
import { handling, post, receiver } from './support/receiver.ts';
import { otherSecret, secret, signed, userCreated } from './support/signed-request.ts';

const gone = () => Promise.reject(new Error('gone'));
const forever = () => new Promise<never>(() => undefined);
const replies = (claim: unknown): WebhooksOptions => ({ replayStore: { claim: () => claim } as ReplayStore });
const returns = (secret: unknown): WebhooksOptions => ({ secret: () => secret as string });
const verifies = (attempt: unknown): WebhooksOptions => ({ verify: () => attempt as undefined });
const claimed = { status: 'claimed', complete: () => undefined, release: () => undefined };
const own = new WebhookVerificationError('missing_header', 'There is no X-Signature-256.');
const now = 1_764_000_000;
const at = (timestamp: unknown) => verifies({ id: 'd1', timestamp });
const noAttempt = 'verify() must return { id, timestamp }: a text, and a Date or epoch seconds.';

/** A genuine webhook, after something has read it. */
const read = (take: (request: Request) => unknown) => async () => {
  const request = post(await signed());
  await take(request);
  return request;
};
const forged = async () => post(await signed(userCreated, { secret: otherSecret }));
const hourAgo = async () => post(await signed(userCreated, { timestamp: now - 3_600 }));

/** A log line: its level, and what it contains. */
type Line = ['debug' | 'warn' | 'error', text: string];
type Answer = [status: number, what: string, line: Line, options: WebhooksOptions, request?: () => unknown];
const answers: Answer[] = [
  [405, 'GET', ['debug', 'its method is GET, not POST.'], {}, () => post({ method: 'GET' })],
  [400, 'a forged signature', ['warn', 'No signature matches.'], {}, forged],
  [400, 'no signature', ['warn', 'webhook-id is missing'], {}, () => post({ body: '{}' })],
  [400, 'what is no event', ['warn', 'is not an event'], {}, async () => post(await signed('[]'))],
  [400, 'an attempt of an hour ago', ['warn', 'The webhook is 3600 s old'], {}, hourAgo],
  [400, 'a body that was read', ['warn', 'await request.text()'], {}, read((it) => it.text())],
  [400, 'a body that is being read', ['warn', 'was read'], {}, read((it) => it.body?.getReader())],
  [400, 'no secret of a function', ['warn', 'returned no secret'], returns(undefined)],
  [413, 'a long body', ['warn', 'longer than maxBodyBytes, 10 bytes.'], { maxBodyBytes: 10 }],
  [500, 'a secret function that fails', ['warn', 'gone'], { secret: gone }],
  [500, 'a secret in a list that is none', ['warn', 'function returned[1] must be a string'], returns([secret, null])],

  [503, 'a store that fails', ['error', 'no handler has run.'], { replayStore: { claim: gone } }],
  [503, 'a store that is busy', ['debug', 'is being handled'], replies({ status: 'busy', retryAfter: 1.2 })],
  [204, 'an event that was handled', ['debug', 'was handled before'], replies({ status: 'handled' })],

  [400, 'a verifier that returns nothing', ['warn', 'verify() returned nothing'], verifies(undefined)],
  [400, 'a verifier that throws', ['warn', 'verify() threw an error: gone'], { verify: gone }],
  [400, 'one that throws our error', ['warn', own.message], { verify: () => Promise.reject(own) }],
  [400, 'an older time', ['warn', 'is 301 s old'], at(now - 301)],
  [400, 'a later date', ['warn', 'is 301 s ahead'], at(new Date((now + 301) * 1_000))],
  ...[{ id: '' }, { id: 7 }, { id: 'd1', timestamp: '2024' }].map((it): Answer => {
    return [500, `a verifier that returns ${JSON.stringify(it)}`, ['warn', noAttempt], verifies(it)];
  }),
];

describe('a request that reaches no handler gets a status, an error for onError and a log line', () => {
  it.each(answers)('%i: %s', async (status, _, [level, text], options, request = async () => post(await signed())) => {
    vi.useFakeTimers({ now: now * 1_000, toFake: ['Date'] });
    const isError = level !== 'debug';
    const headers = status === 405 ? { allow: 'POST' } : status === 503 && !isError ? { 'retry-after': '2' } : {};
    for (const listens of [true, false]) {
      const { handle, handler, onError, logger } = handling({ ...options, ...(!listens && { onError: undefined }) });
      const response = await handle((await request()) as Request);
      expect([response.status, await response.text()]).toEqual([status, '']);
      expect(Object.fromEntries(response.headers)).toEqual(headers);
      expect(handler).not.toHaveBeenCalled();

      const message = expect.stringContaining(text) as string;
      const known = level === 'error' ? { id: expect.any(String) as string, event: userCreated } : expect.anything();
      expect(onError.mock.calls).toEqual(listens && isError ? [[expect.objectContaining({ message }), known]] : []);
      const lines = Object.entries(logger).flatMap(([name, { mock }]) => mock.calls.map(([line]) => [name, line]));
      expect(lines).toEqual(listens && isError ? [] : [[level, message]]);
    }
  });

  it.each<[unknown]>([
    ...['claimed', { status: 'done' }, { status: 'busy', retryAfter: Infinity }].map((it): [unknown] => [it]),
    ...[{ complete: 1 }, { release: 1 }, { signal: {} }].map((wrong): [unknown] => [{ ...claimed, ...wrong }]),
  ])('503: a store that answers a claim with %j', async (claim) => {
    const { send, onError, handler } = handling(replies(claim));
    expect(await send(userCreated, 'msg_1')).toBe(503);
    const noClaim = 'The replay store answered a claim with something other than ';
    const cause = expect.objectContaining({ message: expect.stringContaining(noClaim) as string }) as Error;
    const error = { message: 'The replay store failed, so no handler has run.', cause };
    expect(onError.mock.calls).toEqual([[expect.objectContaining(error), { id: 'msg_1', event: userCreated }]]);
    expect(handler).not.toHaveBeenCalled();
  });

  it.each<[string, WebhooksOptions]>([
    ['The secret function', { secret: forever }],
    ['verify()', { verify: forever }],
  ])('500: %s does not settle within ten seconds', async (name, options) => {
    vi.useFakeTimers();
    const { send, onError } = handling(options);
    const answered = vi.fn();
    const response = send().finally(answered);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await response).toBe(500);
    expect(onError.mock.lastCall?.[0]).toHaveProperty('message', `${name} did not reply within 10000 ms.`);
  });

  it('500: no secret is set when a webhook arrives; a build needs none', async () => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', '');
    const { send, onError } = handling({ secret: undefined });
    // Nothing is wrong with the request, so the API should retry it.
    expect(await send()).toBe(500);
    expect(onError.mock.lastCall?.[0]).toHaveProperty('code', 'invalid_secret');
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
    expect(await send()).toBe(204);
  });
});

it('a body may have maxBodyBytes, 1 MB by default; the rest of a longer body is not read', async () => {
  const { headers, body } = await signed({ ...userCreated, note: 'ü'.repeat(100) });
  for (const [more, status] of [
    [0, 204],
    [-1, 413],
  ] as const) {
    const { webhooks, handle } = receiver({ maxBodyBytes: Buffer.byteLength(body) + more, replayStore: false });
    expect(await webhooks.receive(body, headers)).toEqual({ status, headers: {} });
    expect(await handle(post({ body, headers }))).toHaveProperty('status', status);
  }
  const { webhooks } = receiver();
  expect(await webhooks.receive('x'.repeat(2 ** 20), headers)).toHaveProperty('status', 400);
  expect(await webhooks.receive('x'.repeat(2 ** 20 + 1), headers)).toHaveProperty('status', 413);

  let pulled = 0;
  const cancelled = Promise.withResolvers<undefined>();
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(++pulled && 6)),
    cancel: () => cancelled.resolve(undefined),
  });
  const init: RequestInit & { duplex: 'half' } = { body: endless, duplex: 'half' };
  expect((await receiver({ maxBodyBytes: 10 }).handle(post(init))).status).toBe(413);
  await cancelled.promise;
  expect(pulled).toBeLessThan(5);
});

it.each<[string, WebhooksOptions, Date]>([
  ['300 s ahead', at(now + 300), new Date((now + 300) * 1_000)],
  ['300 s ago', at(new Date((now - 300) * 1_000)), new Date((now - 300) * 1_000)],
  ['500 s ago, if tolerance allows it', { ...at(now - 500), tolerance: 600 }, new Date((now - 500) * 1_000)],
  ['now, if no time is signed', at(undefined), new Date(now * 1_000)],
])('a verifier accepts an attempt of %s', async (_, options, attemptedAt) => {
  vi.useFakeTimers({ now: now * 1_000, toFake: ['Date'] });
  const { send, handler } = handling(options);
  expect(await send()).toBe(204);
  expect(handler.mock.lastCall?.[1]).toMatchObject({ id: 'd1', attemptedAt });
});

describe('verify, as in the guide', async () => {
  const block = codeOf('docs/webhooks.md: Another signature scheme, 1');
  const code = encodeURIComponent(block.replace('new Webhooks', 'export default'));
  // The guide passes these options to `new Webhooks`.
  const { verify } = ((await import(`data:text/javascript,${code}`)) as { default: WebhooksOptions }).default;
  const body = JSON.stringify(userCreated);
  const signature = (text: string, key: string) => `sha256=${createHmac('sha256', key).update(text).digest('hex')}`;
  const like = (key: string, text = body) => ({ headers: { 'X-Signature-256': signature(text, key) }, body: text });

  it.each<[status: number, what: string, init: RequestInit, options?: WebhooksOptions]>([
    [204, 'of any text', like('any text')],
    [204, 'with a byte order mark', { ...like('any text', `\uFEFF${body}`), body: Buffer.from(`\uFEFF${body}`) }],
    [400, 'of another body', { ...like('any text'), body: `${body} ` }],
    [400, 'that is missing', { body }],
    [204, 'of the first of two secrets', like('new'), { secret: ['new', 'old'] }],
    [204, 'of the second of two secrets', like('old'), { secret: ['new', 'old'] }],
    [204, 'of the secret in the environment', like('of the environment'), { secret: undefined }],
  ])('%i: a signature %s', async (status, _, init, options = { secret: 'any text' }) => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', 'of the environment');
    const { handle, handler } = handling({ verify, ...options });
    for (let time = 0; time < 2; time++) expect((await handle(post(init))).status).toBe(status);
    // The replay store recognizes a repeated delivery by its signature.
    expect(handler).toHaveBeenCalledTimes(status === 204 ? 1 : 0);
  });
});

it.each<[message: string, ...options: unknown[]]>([
  ["The webhook secret can't be used", ...['whsec_?', '', null, [secret, 'whsec_YWJj']].map((it) => ({ secret: it }))],
  ["The webhook secret can't be used: secret must be a string", { verify: () => undefined, secret: '' }],
  ['tolerance must be a number of seconds, 0 or more', { tolerance: -1 }, { tolerance: '5m' }],
  ['maxBodyBytes must be a whole number', { maxBodyBytes: 0 }],
  ['logLevel must be one of', { logLevel: 'loud' }],
  ['verify must be a function', { verify: 'log' }, { verify: null }],
  ['onError must be a function', { onError: 'log' }],
  ['replayStore must be false, or a store', { replayStore: {} }, { replayStore: true }, { replayStore: null }],
  ["Unknown option 'secrets'", { secrets: [secret] }],
])('new Webhooks() refuses: %s …', (message, ...options) => {
  for (const given of options) {
    const create = () => new Webhooks({ secret, ...(given as WebhooksOptions) });
    expect(create).toThrow(message.startsWith('The webhook secret') ? WebhookVerificationError : InvalidRequestError);
    expect(create).toThrow(message);
  }
  expect(() => receiver({ maxBodyBytes: 1, tolerance: 0 })).not.toThrow();
});
