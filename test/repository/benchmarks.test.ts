import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fillIn } from '../../bench/shared/sections.ts';

const root = new URL('../../', import.meta.url);
const read = (page: string) => readFileSync(new URL(page, root), 'utf8');

it.each(['README.md', 'docs/benchmarks.md'])('the figures in %s are those that the benchmarks have saved', (page) => {
  const text = read(page);

  expect(text).toMatch(/<!-- bench:/);
  expect(text).toBe(fillIn(text)); // `npm run bench report` writes them.
});

/** Limits that users set, by page. They are no results. */
const settings = ['docs/webhook-servers.md: 100 kB', 'docs/webhooks.md: 1 MB', 'docs/assumptions.md: 1 MB'];

const pages = globSync(['README.md', 'AGENTS.md', 'docs/*.md', 'site/pages/**/*.{md,mdx}'], { cwd: root });
it.each(pages)('%s states no figure by hand that a benchmark measures', (page) => {
  const byHand = read(page).replaceAll(/<!-- (bench|options):[^]*?<!-- \/\1 -->/g, '');
  const figures = byHand.match(/\d[\d.,]*(?: (?:[kM]B|%|×|µs)|%)|\d[\d.,]* (?:requests )?refused/g) ?? [];
  expect(figures.map((figure) => `${page}: ${figure}`).filter((figure) => !settings.includes(figure))).toEqual([]);
});
