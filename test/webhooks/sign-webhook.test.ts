import { afterEach, describe, expect, it, vi } from 'vitest';
import { signWebhook } from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { published, secret, userCreated } from './support/signed-request.ts';

const body = JSON.stringify(userCreated);

afterEach(() => vi.useRealTimers());

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
  ])('rejects %s', async (_, params) => {
    await expect(signWebhook({ body, secret, ...params })).rejects.toThrow(InvalidRequestError);
  });
});
