import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

test('the built declarations import nothing', () => {
  const declarations = globSync('dist/**/*.d.{ts,cts}', { cwd: root }).map((path) =>
    readFileSync(join(root, path), 'utf8'),
  );
  expect(declarations.join('\n')).toContain('declare function createSandbox(');
  expect(declarations.join('\n')).not.toMatch(/\bfrom '|\bimport[ (]/);
});

test.each(['before', 'after'])('a sandbox created %s node:test mocks the timers follows them', async (when) => {
  const program = `
    import { mock } from 'node:test';
    import { createSandbox } from '@example/sandbox';
    const mocked = () => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
    if (${when === 'after'}) mocked();
    const { apiToken, baseUrl, fetch } = createSandbox({ rateLimit: { limit: 1 }, latency: 5000 });
    if (${when === 'before'}) mocked();
    for (const wait of [5000, 60_000, 5000]) {
      const response = fetch(baseUrl + '/projects', { headers: { Authorization: 'Bearer ' + apiToken } });
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      mock.timers.tick(wait);
      console.log((await response).status);
    }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { cwd: root });
  expect(stdout).toBe('200\n429\n200\n');
});
