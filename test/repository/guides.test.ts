import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { fillIn } from '../../bench/shared/sections.ts';
import { withOptions } from '../../build/options-page.ts';
import { scripts } from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const read = (page: string) => readFileSync(join(root, page), 'utf8');
const pages = ['CONTRIBUTING.md', 'AGENTS.md', 'SECURITY.md', '.github/*.md', 'docs/internals/*.md'];
const sources = '{*,{src,test,sandbox,bench,build,site,.github}/**/*}.{ts,tsx}';
const files = globSync(sources, { cwd: root, exclude: ['**/node_modules/**'] }).map((file) => basename(file));

it.each(globSync(pages, { cwd: root }))('%s names files, pages and scripts that exist', (page) => {
  const text = read(page);
  const all = (pattern: RegExp) => Array.from(text.matchAll(pattern), ([whole, part]) => part ?? whole);

  const paths = all(/(?:site\/)?(?:src|test|sandbox|docs|bench|build|\.github)\/[\w./-]*\w(?![\w*<-]|\/<)/g);
  const links = all(/\]\(([^)#:]+)\)/g).map((to) => join(dirname(page), to));
  // dist/ and docs/api only exist after a build.
  const lasting = [...paths, ...links].filter((path) => !/^docs\/api$|^dist/.test(path));
  expect(lasting.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(all(/`(?:[^`\s]*\/)?([\w.-]+\.tsx?)`/g)));
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(all(/npm run (?:--silent )?([a-z:-]+)/g)));
});

it('docs/options.md describes each option as its comment does', async () => {
  const page = read('docs/options.md');

  expect(page).toContain('<!-- options:ClientOptions -->');
  expect(page, 'To write it: npm run docs:options').toBe(await withOptions(page));
});

it.each(['README.md', 'docs/benchmarks.md'])('the figures in %s are the ones that the benchmarks saved', (page) => {
  const text = read(page);

  expect(text).toMatch(/<!-- bench:/);
  expect(text).toBe(fillIn(text)); // Run `npm run bench report`.
});

/** Limits that users set, by page. They are not results. */
const settings = ['docs/webhook-servers.md: 100 kB', 'docs/webhooks.md: 1 MB', 'docs/assumptions.md: 1 MB'];

const figuresIn = globSync(['README.md', 'AGENTS.md', 'docs/*.md', 'site/pages/**/*.{md,mdx}'], { cwd: root });
it.each(figuresIn)('%s contains no hand-written figure that a benchmark measures', (page) => {
  const byHand = read(page).replaceAll(/<!-- (bench|options):[^]*?<!-- \/\1 -->/g, '');
  const figures = byHand.match(/\d[\d.,]*(?: (?:[kM]B|%|×|µs)|%)|\d[\d.,]* (?:requests )?refused/g) ?? [];
  expect(figures.map((figure) => `${page}: ${figure}`).filter((figure) => !settings.includes(figure))).toEqual([]);
});
