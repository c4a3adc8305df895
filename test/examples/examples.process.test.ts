import { createSandbox } from '@example/sandbox';
import { expect, it } from 'vitest';
import { run } from '../support/child-process.ts';

/** Runs an example as a user does, with the built package. Returns what it printed. */
async function printed(name: string, env: Readonly<Record<string, string>>): Promise<string> {
  const options = { env: { PATH: process.env['PATH'], NO_COLOR: '1', ...env } };
  const { stdout, stderr } = await run(process.execPath, [`examples/${name}.ts`], options);
  expect(stderr).toBe('');
  return stdout;
}

it.each([
  ['quick-start', /^Created Ada Lovelace as user_\w+\.\n$/],
  ['from-fetch', /^60 projects by hand, 60 with the SDK\.\n$/],
])('examples/%s.ts runs as it stands', async (name, expected) => {
  await using sandbox = createSandbox();
  const { url } = await sandbox.listen();

  expect(await printed(name, { EXAMPLE_API_TOKEN: sandbox.apiToken, EXAMPLE_BASE_URL: url })).toMatch(expected);
});

it('npm run demo does the main job, is short, and ends cleanly', async () => {
  const text = await printed('demo', {});

  expect(text).toContain('John Doe john@example.com');
  expect(text).toMatch(/60 projects: .+/);
  expect(text).toMatch(/ [1-9]\d* waiting +0 refused\n/);
  expect(text).toContain('250 users read, and 0 requests refused.');
  expect(text.match(/Attempt \d got 503\. The next one follows in \d+ ms\./g)).toHaveLength(2);
  expect(text).toContain('Found John Doe after all.');
  expect(text).toContain('Welcome, Ada Lovelace! The signature was verified.');
  expect(text.split('\n').length).toBeLessThan(40);
});
