import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { signWebhook } from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { published, secret, userCreated } from './support/signed-request.ts';
import { rejection, verifySignature } from './support/verification.ts';

const body = JSON.stringify(userCreated);

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe.each([
  ["with Node's crypto", undefined],
  ['with WebCrypto alone', {}],
  ["where Node's crypto is only a stub", { getBuiltinModule: () => ({}) }],
  [
    "where the functions of Node's crypto throw when they are called",
    { getBuiltinModule: () => ({ createSecretKey: vi.fn(), createHmac: () => undefined }) },
  ],
])('the vector of the reference libraries, %s', (name, process) => {
  const { headers, now } = published;
  // Keys are cached by secret, so each case needs a text of its own. Trailing spaces are ignored.
  const key = published.secret.padEnd(published.secret.length + name.length);

  it.each([
    ['text', published.body],
    ['bytes', Buffer.from(published.body)],
  ])('is what signWebhook returns, and verifies, as %s', async (_, form) => {
    if (process) vi.stubGlobal('process', process);
    const signed = signWebhook({ body: form, secret: key, id: headers['webhook-id'], timestamp: now });
    await expect(signed).resolves.toEqual(headers);
    const attempt = { id: headers['webhook-id'], attemptedAt: now };
    await expect(verifySignature(form, headers, key, { now })).resolves.toEqual(attempt);
    const error = await rejection(`${published.body} `, headers, key, { now });
    expect(error).toHaveProperty('code', 'no_matching_signature');
  });
});

it('WebCrypto gives no key back that it has got of a secret', async () => {
  vi.stubGlobal('process', {});
  const imported = vi.spyOn(crypto.subtle, 'importKey');
  onTestFinished(() => imported.mockRestore());
  await signWebhook({ body, secret: `${secret}  ` });
  const keys = await Promise.all(imported.mock.results.map(({ value }) => value as Promise<CryptoKey>));
  expect(keys.map(({ extractable }) => extractable)).toEqual([false]);
});

describe('signWebhook', () => {
  it('generates an id and signs for now', async () => {
    vi.setSystemTime(published.now);
    const first = await signWebhook({ body, secret });
    const second = await signWebhook({ body, secret });
    expect(first['webhook-id']).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(second['webhook-id']).not.toBe(first['webhook-id']);
    expect(first['webhook-timestamp']).toBe('1614265330');
  });

  it('takes the time as a date or as epoch seconds', async () => {
    const id = 'msg_1';
    const byDate = await signWebhook({ body, secret, id, timestamp: published.now });
    await expect(signWebhook({ body, secret, id, timestamp: 1_614_265_330.9 })).resolves.toEqual(byDate);
    expect(await signWebhook({ body, secret, timestamp: 0 })).toHaveProperty('webhook-timestamp', '0');
  });

  it.each([
    ['an id with a period', { id: 'a.b' }],
    ['an id with a space', { id: 'a b' }],
    ['an empty id', { id: '' }],
    ['an id that is a number', { id: 7 as never }],
    ['an invalid date', { timestamp: new Date('never') }],
    ['a time before 1970', { timestamp: -1 }],
    ['a time of thirteen digits', { timestamp: 1e12 }],
  ])('rejects %s', async (_, params) => {
    await expect(signWebhook({ body, secret, ...params })).rejects.toThrow(InvalidRequestError);
    await expect(signWebhook('{}' as never)).rejects.toThrow('params must be a plain object; got string.');
  });
});
