import { describe, expect, test } from 'vitest';
import { DeliveryIndex } from '../../src/storage/delivery-index.ts';
import type { Attempt, DeliveryRecord } from '../../src/storage/records.ts';

const webhook = { id: 'we_0', url: '', events: [], secret: '', created_at: '' };

function delivery(id: string, changes: Partial<DeliveryRecord> = {}): DeliveryRecord {
  const event = { message: 'msg', event: 'user.created', body: '{}', created_at: '', endpoint: 'we_0' };
  return { id, ...event, status: 'pending', due: 9000, tries: 0, attempts: [], ...changes };
}

const attempt = (status: number, at = 1000): Attempt => ({
  at: new Date(at).toISOString(),
  duration: 5,
  requestHeaders: {},
  status,
});

function indexOf(deliveries: readonly DeliveryRecord[]): DeliveryIndex {
  const index = new DeliveryIndex();
  for (const each of deliveries) index.changed(undefined, each);
  return index;
}

describe('a webhook is', () => {
  const failed = delivery('del_1', { status: 'failed', attempts: [attempt(500)] });
  const succeeded = delivery('del_2', { status: 'delivered', attempts: [attempt(204, 2000)] });

  test.each<[string, readonly DeliveryRecord[], object]>([
    ['idle before the first attempt', [delivery('del_1')], { status: 'idle', last: undefined, pending: 1, failed: 0 }],
    ['failing after an attempt that failed', [failed], { status: 'failing', failed: 1, last: { succeeded: false } }],
    ['healthy after a success', [failed, succeeded], { status: 'healthy', last: { at: 2000, succeeded: true } }],
    ['healthy by its latest attempt, not its latest delivery', [succeeded, failed], { status: 'healthy', failed: 1 }],
  ])('%s', (_, deliveries, health) => {
    expect(indexOf(deliveries).health(webhook)).toMatchObject(health);
  });

  test('disabled, however its attempts ended', () => {
    const disabled = { ...webhook, disabled: 'You disabled the webhook.' };
    expect(indexOf([succeeded]).health(disabled)).toMatchObject({ status: 'disabled' });
  });
});
