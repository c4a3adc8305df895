import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

test('the built declarations import nothing', () => {
  const declarations = globSync('dist/**/*.d.{ts,cts}', { cwd: root }).map((path) =>
    readFileSync(join(root, path), 'utf8'),
  );
  expect(declarations.join('\n')).toContain('declare function createSandbox(');
  expect(declarations.join('\n')).not.toMatch(/\bfrom '|\bimport[ (]/);
});
