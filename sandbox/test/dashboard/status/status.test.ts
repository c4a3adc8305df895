import { createSandbox, type Sandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { resources } from '../../../src/resources/index.ts';
import { capitalized } from '../../../src/resources/resource.ts';
import { call } from '../../support/calls.ts';
import { sandboxWithWebhook } from '../../support/webhook.ts';

const health = async (sandbox: Sandbox) =>
  (await sandbox.fetch('http://127.0.0.1/health')).json() as Promise<Record<string, unknown>>;
const status = async (sandbox: Sandbox) => (await sandbox.fetch('http://127.0.0.1/status')).text();

test('/health and /status need no token, use no budget and are not logged', async () => {
  let time = Date.parse('2024-01-01T00:00:00Z');
  const sandbox = createSandbox({ now: () => time });
  time += 90_000;
  expect(await health(sandbox)).toEqual({
    status: 'operational',
    version: manifest.version,
    now: '2024-01-01T00:01:30.000Z',
    started_at: '2024-01-01T00:00:00Z',
    uptime: 90,
    components: [
      ...resources.map(({ name }) => ({ name: `${capitalized(name)} API`, status: 'operational' })),
      { name: 'Webhook deliveries', status: 'operational' },
    ],
    incidents: [],
    latency: null,
  });
  expect(await status(sandbox)).toContain('All systems are operational');
  expect(sandbox.requests).toEqual([]);
  await call(sandbox, 'GET /v1/projects');
  expect(await health(sandbox)).toMatchObject({ latency: { p50: expect.any(Number), p99: expect.any(Number) } });
});

describe('a fault is an incident', () => {
  test('of the component whose routes it applies to', async () => {
    const sandbox = createSandbox({ now: () => Date.parse('2024-01-01T00:00:00Z') });
    sandbox.faults.next({ status: 503, route: 'GET /users/{id}' });
    expect(await health(sandbox)).toMatchObject({
      status: 'outage',
      components: expect.arrayContaining([
        { name: 'Users API', status: 'outage' },
        { name: 'Projects API', status: 'operational' },
      ]),
      incidents: [
        {
          id: 'fault_1',
          description: 'Responds with 503',
          route: 'GET /users/{id}',
          since: '2024-01-01T00:00:00Z',
          requests: 0,
        },
      ],
    });
    expect(await status(sandbox)).toContain('1 fault is active on purpose.');
  });

  test.each([
    [{ latency: 100 }, 'degraded'],
    [{ status: 500, share: 0.1 }, 'degraded'],
    [{ reset: true }, 'outage'],
    [{ body: 'cut' as const }, 'outage'],
  ])('%j means %s', async (fault, expected) => {
    const sandbox = createSandbox();
    sandbox.faults.next(fault);
    expect(await health(sandbox)).toMatchObject({ status: expected });
  });

  test('until it is over', async () => {
    const sandbox = createSandbox();
    sandbox.faults.next({ status: 503 });
    expect(await status(sandbox)).toContain('0 requests affected');
    await call(sandbox, 'GET /v1/projects');
    expect(await health(sandbox)).toMatchObject({ status: 'operational', incidents: [] });
    expect(await status(sandbox)).toContain('No incidents.');
  });
});

test('a failing webhook degrades the deliveries', async () => {
  const { sandbox } = sandboxWithWebhook(500);
  sandbox.webhooks.sendTest('we_123');
  await sandbox.webhooks.flush();
  expect(await health(sandbox)).toMatchObject({
    status: 'degraded',
    components: expect.arrayContaining([{ name: 'Webhook deliveries', status: 'degraded' }]),
  });
});
