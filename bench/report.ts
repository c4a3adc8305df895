/**
 * Writes the figures of `bench/results/*.json` into the documentation. `npm run bench:report`
 *
 * The benchmarks write these files with `--save`. A test fails if a page and a file differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fillIn } from './shared/report.ts';

for (const page of ['README.md', 'docs/benchmarks.md']) {
  const path = new URL(`../${page}`, import.meta.url);
  writeFileSync(path, fillIn(readFileSync(path, 'utf8')));
}
