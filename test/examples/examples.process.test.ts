import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '@example/sandbox';

const run = promisify(execFile);

/** Runs an example as a user does, with the built package and a local API. Returns what it printed. */
async function printed(name: string): Promise<string> {
  await using sandbox = createSandbox();
  const { url } = await sandbox.listen();
  const env = { PATH: process.env['PATH'], EXAMPLE_API_TOKEN: sandbox.apiToken, EXAMPLE_BASE_URL: url };
  const { stdout, stderr } = await run(process.execPath, [`examples/${name}.ts`], { env });
  expect(stderr).toBe('');
  return stdout;
}

describe('the examples run as they stand', () => {
  it('quick-start', async () => {
    expect(await printed('quick-start')).toMatch(/^Created Ada Lovelace as user_\w+\.\n$/);
  });

  it('from-fetch', async () => {
    expect(await printed('from-fetch')).toBe('60 projects by hand, 60 with the SDK.\n');
  });
});

describe('npm run demo', () => {
  it('does the main job, is short, and ends cleanly', async () => {
    const { stdout, stderr } = await run(process.execPath, ['examples/demo.ts'], { env: { NO_COLOR: '1' } });

    expect(stderr).toBe('');
    expect(stdout).toContain('John Doe john@example.com');
    expect(stdout).toMatch(/60 projects: .+/);
    expect(stdout).toMatch(/[█░]{8} +\d+\/100 left +\d+ sent +[1-9]\d* waiting +0 refused\n/);
    const gauge = stdout.split('\n').filter((line) => line.includes('refused') && line.includes('░'));
    expect(Math.max(...gauge.map((line) => line.length))).toBeLessThan(60);
    // In a pipe, no line says again what the one before said.
    const waiting = gauge.map((line) => /(\d+) waiting/.exec(line)?.[1]);
    expect(waiting).toEqual([...new Set(waiting)]);
    expect(stdout).toMatch(
      /\nNext\n {2}Keep .+\n {2}npx @example\/sandbox\n[^]+ {2}Then read README\.md and docs\/tasks\.md\.\n$/,
    );
    expect(stdout).toContain('250 users read, and 0 requests refused.');
    expect(stdout.match(/Attempt \d got 503\. The next one follows in \d+ ms\./g)).toHaveLength(2);
    expect(stdout).toContain('Found John Doe after all.');
    expect(stdout).toContain('Welcome, Ada Lovelace! The signature was verified.');
    expect(stdout.split('\n').length).toBeLessThan(40);
  });
});
