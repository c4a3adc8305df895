import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect } from 'vitest';

const path = fileURLToPath(new URL('../../../docs/reliability.md', import.meta.url));

/** A table of `docs/reliability.md`. It stands between two comments with its name, and its test writes it. */
export interface FigureTable {
  readonly name: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Brings a table up to date with what ran. In CI, a difference is a failure. */
export async function documentFigures({ name, head, rows }: FigureTable): Promise<void> {
  const document = readFileSync(path, 'utf8');
  const [start, end] = [`<!-- ${name}: written by its test -->`, `<!-- /${name} -->`];
  const [from, to] = [document.indexOf(start) + start.length, document.indexOf(end)];
  if (from < start.length || to < from) throw new Error(`docs/reliability.md needs the lines ${start} and ${end}.`);
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const text = `${document.slice(0, from)}\n\n${lines.join('\n')}\n\n${document.slice(to)}`;
  const updated = await format(text, { ...(await resolveConfig(path)), parser: 'markdown' });
  if (process.env['CI'] === 'true') expect(updated).toBe(document);
  else if (updated !== document) writeFileSync(path, updated);
}
