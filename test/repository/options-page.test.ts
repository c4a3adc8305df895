import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withOptions } from '../../build/options-page.ts';

it('docs/options.md says of each option what its comment says', async () => {
  const page = readFileSync(new URL('../../docs/options.md', import.meta.url), 'utf8');

  expect(page).toContain('<!-- options:ClientOptions -->');
  expect(page).toBe(await withOptions(page)); // `npm run docs:options` writes them.
});
