import { Client } from '@example/sdk';
import { createSandbox, type Sandbox } from '@example/sandbox';
import { afterEach, describe, expect, it, vi } from 'vitest';

// Row 13. Jest, node:test and msw: test/guides/testing.system.test.ts, test/package/matrix.weekly.test.ts.

afterEach(() => vi.useRealTimers());

/** As a user's test: 150 calls, of which 50 wait for the next window. @returns How many are answered. */
async function answered(sandbox: Sandbox): Promise<number> {
  const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch, logLevel: 'off' });
  const calls = Array.from({ length: 150 }, () => client.projects.list());
  const results = Promise.allSettled(calls);
  await vi.advanceTimersByTimeAsync(130_000);
  await client.projects.list();
  return (await results).filter(({ status }) => status === 'fulfilled').length;
}

describe('row 13: a test whose calls wait for the next window, with fake timers', () => {
  it('settles with a sandbox that was created before them', async () => {
    const sandbox = createSandbox();
    vi.useFakeTimers();
    expect(await answered(sandbox)).toBe(150);
    await sandbox.close();
  }, 10_000);

  it('settles with a sandbox that was created after them', async () => {
    vi.useFakeTimers();
    const sandbox = createSandbox();
    expect(await answered(sandbox)).toBe(150);
    await sandbox.close();
  }, 10_000);
});
