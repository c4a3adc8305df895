/**
 * Draws the plots of the documentation from `bench/results/`, in light and dark, and puts them where a page has
 * `<!-- plots -->`. `npm run plots`
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawBars } from './plots/bar-chart.ts';
import { plots } from './plots/charts.ts';
import type { Results } from './shared/results.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
// npm shows the README, too, and has no files beside it.
const published = 'https://raw.githubusercontent.com/your-org/js-sdk/main/docs/plots';

/** Pages with plots, and which of those that could be drawn they show. */
const pages: readonly (readonly [file: string, names: readonly string[]])[] = [
  ['README.md', ['refused-requests']],
  ['docs/benchmarks.md', plots.map(({ name }) => name)],
];

const drawn = new Map<string, string>();
mkdirSync(`${root}docs/plots`, { recursive: true });
for (const { name, results, chart } of plots) {
  const file = `${root}bench/results/${results}.json`;
  if (!existsSync(file)) {
    console.log(`${name}: bench/results/${results}.json is missing. Run its benchmark with --save.`);
    continue;
  }
  // A benchmark wrote it.
  const bars = chart(JSON.parse(readFileSync(file, 'utf8')) as Results);
  for (const theme of ['light', 'dark'] as const)
    writeFileSync(`${root}docs/plots/${name}-${theme}.svg`, drawBars(bars, theme));
  drawn.set(name, bars.title);
}
for (const [file, names] of pages) {
  const pictures = names.flatMap((name) => picture(name) ?? []).join('\n\n');
  const text = readFileSync(`${root}${file}`, 'utf8');
  const marked = /<!-- plots -->[^]*?<!-- \/plots -->/;
  if (!marked.test(text)) throw new Error(`${file} has no <!-- plots --> and <!-- /plots -->.`);
  writeFileSync(
    `${root}${file}`,
    text.replace(marked, () => `<!-- plots -->\n\n${pictures}${pictures ? '\n\n' : ''}<!-- /plots -->`),
  );
}

function picture(name: string): string | undefined {
  const title = drawn.get(name);
  if (title === undefined) return undefined;
  return [
    '<picture>',
    `  <source media="(prefers-color-scheme: dark)" srcset="${published}/${name}-dark.svg">`,
    `  <img alt="${title}" src="${published}/${name}-light.svg" width="760">`,
    '</picture>',
  ].join('\n');
}
