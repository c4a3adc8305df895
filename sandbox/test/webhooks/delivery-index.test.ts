import { createSandbox } from '@example/sandbox';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeliveryIndex } from '../../src/storage/delivery-index.ts';
import type { Attempt, DeliveryRecord } from '../../src/storage/records.ts';

const webhook = { id: 'we_0', url: '', events: [], secret: '', created_at: '' };

function pending(id: string, due: number): DeliveryRecord {
  const event = { message: 'msg', event: 'user.created', body: '{}', created_at: '' };
  return { id, ...event, endpoint: 'we_0', status: 'pending', due, tries: 0, attempts: [] };
}

function sandboxWith(...statuses: number[]) {
  const sandbox = createSandbox({
    webhooks: {
      endpoints: [{ url: 'https://app.example.com/webhooks' }],
      schedule: [],
      fetch: () => Promise.resolve(new Response(null, { status: statuses.shift() ?? 204 })),
    },
  });
  const health = () => indexOf(sandbox.webhooks.deliveries).health(sandbox.webhooks.endpoints[0]!, Date.now());
  const send = async () => {
    sandbox.webhooks.sendTest('we_123');
    await sandbox.webhooks.flush();
  };
  return { sandbox, health, send };
}

test('a webhook without attempts is idle', () => {
  expect(sandboxWith().health()).toEqual({
    status: 'idle',
    attempts: [],
    successRate: undefined,
    medianDuration: undefined,
    pending: 0,
    failed: 0,
    dueSince: Infinity,
  });
});

test('it is failing after a failed attempt, and healthy again after a success', async () => {
  const { health, send } = sandboxWith(500, 204);
  await send();
  expect(health()).toMatchObject({ status: 'failing', successRate: 0, failed: 1 });
  await send();
  expect(health()).toMatchObject({ status: 'healthy', successRate: 0.5, failed: 1 });
  expect(health().attempts.map(({ succeeded }) => succeeded)).toEqual([false, true]);
  expect(health().medianDuration).toBeGreaterThanOrEqual(0);
});

test('it is retrying while what failed has attempts left', () => {
  const attempt = { at: '2024-01-01T00:00:00Z', duration: 5, requestHeaders: {}, status: 500 };
  const index = indexOf([{ ...pending('del_1', 9000), attempts: [attempt] }]);
  expect(index.health(webhook, 8000)).toMatchObject({ status: 'retrying', failed: 0, dueSince: Infinity });
});

test('it is backed up while more deliveries are due than are attempted at once', () => {
  const deliveries = Array.from({ length: 17 }, (_, index) => pending(`del_${index}`, 1000 + index));
  const index = indexOf([...deliveries, pending('del_later', 9000)]);
  expect(index.health(webhook, 1015)).toMatchObject({ status: 'idle', dueSince: 1000 });
  expect(index.health(webhook, 1016)).toMatchObject({ status: 'backed up', pending: 18, dueSince: 1000 });
  expect(index.health({ ...webhook, disabled: 'You disabled it.' }, 1016)).toMatchObject({ status: 'disabled' });

  expect(index.ahead(deliveries[16]!, 1016)).toBe(16);
  expect(index.ahead(deliveries[16]!, 1015)).toBeUndefined();
});

test('only the latest 30 attempts count', async () => {
  const { health, send } = sandboxWith(500);
  for (let index = 0; index < 31; index++) await send();
  expect(health()).toMatchObject({ attempts: { length: 30 }, successRate: 1 });
});

function indexOf(deliveries: readonly DeliveryRecord[]): DeliveryIndex {
  const index = new DeliveryIndex();
  for (const delivery of deliveries) index.changed(undefined, delivery);
  return index;
}

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
        const made = Array.from({ length: attempts }, (): Attempt => {
          time += 1000;
          return { at: new Date(time).toISOString(), duration: time, requestHeaders: {}, status: 200 };
        });
        const endpoint = `we_${number % 2}`;
        const all = [...(before?.attempts ?? []), ...made];
        const after =
          state === 'deleted'
            ? undefined
            : { ...pending(id, 0), endpoint, status: state, attempts: all, due: undefined };
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
      for (const endpoint of ['we_0', 'we_1']) {
        expect(new Set(index.of(endpoint).pending.keys())).toEqual(new Set(fresh.of(endpoint).pending.keys()));
        expect(new Set(index.of(endpoint).all.values())).toEqual(new Set(fresh.of(endpoint).all.values()));
        const [counted, expected] = [index, fresh].map((each) => each.health({ ...webhook, id: endpoint }, 0));
        expect([counted?.pending, counted?.failed]).toEqual([expected?.pending, expected?.failed]);
        // Attempts of deliveries that were deleted stay among the latest ones.
        if (!steps.some(({ state }) => state === 'deleted')) expect(counted).toEqual(expected);
      }
    }),
  );
});
