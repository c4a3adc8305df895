/** Writes the figures that the benchmarks have saved into the documentation. `npm run bench report` */
import { readFileSync, writeFileSync } from 'node:fs';
import { fillIn } from './shared/sections.ts';

for (const page of ['README.md', 'docs/benchmarks.md']) {
  const path = new URL(`../${page}`, import.meta.url);
  writeFileSync(path, fillIn(readFileSync(path, 'utf8')));
}
