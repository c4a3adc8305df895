import { Client } from '@example/sdk';
import { createSandbox } from '@example/sandbox';
import { expect, it, onTestFinished, vi } from 'vitest';
import { setUps, outages } from './set-ups.ts';
import { measure } from './row.ts';

it.each([...setUps, ...outages])('row $row: $name', async (row) => {
  const { figures, missed } = await measure(row);
  const { errors: _, ...ours } = figures.get('sdk')!;
  expect(missed, JSON.stringify(ours)).toEqual([]);
});

// Row 13. Row 11 is in test/webhooks/store-faults.test.ts; Jest, node:test and msw are in test/guides and test/package.

it.each(['before', 'after'])(
  'row 13: a test whose calls wait for the next window ends, with a sandbox created %s fake timers',
  async (when) => {
    if (when === 'after') vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const sandbox = createSandbox();
    if (when === 'before') vi.useFakeTimers();
    const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch, logLevel: 'off' });
    const results = Promise.allSettled(Array.from({ length: 150 }, () => client.projects.list()));
    await vi.advanceTimersByTimeAsync(130_000);
    await client.projects.list();
    expect((await results).filter(({ status }) => status === 'fulfilled')).toHaveLength(150);
    await sandbox.close();
  },
  10_000,
);
