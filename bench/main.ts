/** Runs a benchmark, or writes the saved figures into the docs: `npm run bench rate-limit`, `npm run bench report`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fillIn } from './shared/sections.ts';

const [name = ''] = process.argv.splice(2, 1);
const benchmarks = ['overhead', 'pagination', 'rate-limit', 'size'];
if (benchmarks.includes(name)) await import(`./${name}.ts`);
else if (name !== 'report') throw new Error(`Name one of these: ${[...benchmarks, 'report'].join(', ')}.`);
else {
  for (const page of ['README.md', 'docs/benchmarks.md']) {
    const path = new URL(`../${page}`, import.meta.url);
    writeFileSync(path, fillIn(readFileSync(path, 'utf8')));
  }
}
