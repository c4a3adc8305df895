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
    [
      'retrying while what failed has attempts left',
      [delivery('del_1', { attempts: [attempt(500)] })],
      { status: 'retrying', last: { at: 1000, succeeded: false } },
    ],
    ['failing once a delivery has no attempt left', [failed], { status: 'failing', failed: 1 }],
    ['healthy after a success', [failed, succeeded], { status: 'healthy', last: { at: 2000, succeeded: true } }],
    ['healthy by its latest attempt, not its latest delivery', [succeeded, failed], { status: 'healthy', failed: 1 }],
  ])('%s', (_, deliveries, health) => {
    expect(indexOf(deliveries).health(webhook, 8000)).toMatchObject(health);
  });

  test('backed up while more deliveries are due than are attempted at once', () => {
    const due = Array.from({ length: 17 }, (_, index) => delivery(`del_${index}`, { due: 1000 + index }));
    const index = indexOf([...due, delivery('del_later')]);
    expect(index.health(webhook, 1015)).toMatchObject({ status: 'idle' });
    expect(index.health(webhook, 1016)).toMatchObject({ status: 'backed up', pending: 18 });
    expect(index.health({ ...webhook, disabled: 'You disabled it.' }, 1016)).toMatchObject({ status: 'disabled' });
  });
});
