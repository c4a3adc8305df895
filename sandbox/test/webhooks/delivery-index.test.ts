import fc from 'fast-check';
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

test('a delivery that failed waits behind those that are due, so that the next one is found at once', () => {
  const all = [1, 2, 3].map((number) => delivery(`del_${number}`, { due: 1000 }));
  const index = indexOf(all);
  index.changed(all[0], delivery('del_1', { due: 6000, tries: 1, attempts: [attempt(500)] }));
  expect([...index.of('we_0').pending.keys()]).toEqual(['del_2', 'del_3', 'del_1']);
});

describe('a webhook is', () => {
  const failed = delivery('del_1', { status: 'failed', attempts: [attempt(500)] });
  const succeeded = delivery('del_2', { status: 'delivered', attempts: [attempt(204, 2000)] });

  test.each<[string, readonly DeliveryRecord[], object]>([
    ['idle before the first attempt', [delivery('del_1')], { status: 'idle', last: undefined, pending: 1, failed: 0 }],
    [
      'retrying while what failed has attempts left',
      [delivery('del_1', { attempts: [attempt(500)] })],
      { status: 'retrying', last: { at: 1000, succeeded: false }, dueSince: Infinity },
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
    expect(index.health(webhook, 1015)).toMatchObject({ status: 'idle', dueSince: 1000 });
    expect(index.health(webhook, 1016)).toMatchObject({ status: 'backed up', pending: 18, dueSince: 1000 });
    expect(index.health({ ...webhook, disabled: 'You disabled it.' }, 1016)).toMatchObject({ status: 'disabled' });
  });
});

test('what is counted as deliveries change is what a new count of them gives', () => {
  const states = fc.constantFrom<DeliveryRecord['status'] | 'deleted'>('pending', 'delivered', 'failed', 'deleted');
  const step = fc.record({ id: fc.nat(8), state: states, attempts: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const index = new DeliveryIndex();
      const kept = new Map<string, DeliveryRecord>();
      let time = 0;
      for (const { id: number, state, attempts } of steps) {
        const id = `del_${number}`;
        const before = kept.get(id);
        const made = Array.from({ length: attempts }, () => attempt(200, (time += 1000)));
        const changes = { endpoint: `we_${number % 2}`, attempts: [...(before?.attempts ?? []), ...made] };
        const after = state === 'deleted' ? undefined : delivery(id, { ...changes, status: state });
        index.changed(before, after);
        if (after === undefined) kept.delete(id);
        else kept.set(id, after);
      }
      const fresh = indexOf([...kept.values()]);
      expect([index.pending, index.failed, [...index.completed].sort()]).toEqual([
        fresh.pending,
        fresh.failed,
        [...fresh.completed].sort(),
      ]);
      for (const id of ['we_0', 'we_1']) {
        expect(new Set(index.of(id).pending.keys())).toEqual(new Set(fresh.of(id).pending.keys()));
        expect(new Set(index.of(id).all.values())).toEqual(new Set(fresh.of(id).all.values()));
        // The latest attempt may be of a delivery that was deleted.
        const isWhole = !steps.some(({ state }) => state === 'deleted');
        if (isWhole) expect(index.health({ ...webhook, id }, 0)).toEqual(fresh.health({ ...webhook, id }, 0));
      }
    }),
  );
});
