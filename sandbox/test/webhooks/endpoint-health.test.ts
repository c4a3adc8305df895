import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { endpointHealth } from '../../src/webhooks/endpoint-health.ts';

function sandboxWith(...statuses: number[]) {
  const sandbox = createSandbox({
    webhooks: {
      endpoints: [{ url: 'https://app.example.com/webhooks' }],
      schedule: [],
      fetch: () => Promise.resolve(new Response(null, { status: statuses.shift() ?? 204 })),
    },
  });
  const health = () => endpointHealth(sandbox.webhooks.endpoints[0]!, sandbox.webhooks.deliveries);
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

test('a disabled webhook is disabled, with its deliveries pending', async () => {
  const { sandbox, health, send } = sandboxWith();
  sandbox.webhooks.update('we_123', { enabled: false });
  await send();
  expect(health()).toMatchObject({ status: 'disabled', pending: 1 });
});

test('only the latest 30 attempts count', async () => {
  const { health, send } = sandboxWith(500);
  for (let index = 0; index < 31; index++) await send();
  expect(health().attempts).toHaveLength(30);
  expect(health().successRate).toBe(1);
});
