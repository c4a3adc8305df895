import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fillIn } from '../../bench/shared/sections.ts';

it.each(['README.md', 'docs/benchmarks.md'])('the figures in %s are those that the benchmarks have saved', (page) => {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');

  expect(text).toMatch(/<!-- bench:/);
  expect(text).toBe(fillIn(text)); // `npm run bench report` writes them.
});

it('a page that asks for figures of no benchmark is refused, with the names that there are', () => {
  expect(() => fillIn('<!-- bench:speed -->\n<!-- /bench -->')).toThrow('"speed". There are: overhead, rate-limit, ');
});
