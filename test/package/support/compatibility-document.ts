import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Compatible } from './compatibility.ts';
import { parseTable, renderTable } from './compatibility-table.ts';

const path = fileURLToPath(new URL('../../../docs/compatibility.md', import.meta.url));
const [start, end] = ['<!-- what the tests ran: written by them -->', '<!-- /what the tests ran -->'];

/**
 * Brings the table of `docs/compatibility.md` up to date with what ran. What did not run keeps its place, so that one
 * test file may be run by itself.
 */
export async function updateDocument(ran: readonly Compatible[]): Promise<void> {
  const { document, table } = read();
  writeFileSync(path, await withTable(document, [...parseTable(table), ...ran]));
}

/** @throws unless the table says exactly what ran: a row that was not run may not stand there, nor one be missing. */
export async function checkDocument(ran: readonly Compatible[]): Promise<void> {
  const { document } = read();
  const expected = await withTable(document, ran);
  if (expected === document) return;
  const [before, after] = [document, expected].map((text) => text.split('\n'));
  const difference = [
    ...(before ?? []).filter((line) => !after?.includes(line)).map((line) => `- ${line}`),
    ...(after ?? []).filter((line) => !before?.includes(line)).map((line) => `+ ${line}`),
  ];
  throw new Error(
    `docs/compatibility.md says (-) what is not what ran (+). Run npm run test:runtimes and commit it.\n${difference.join('\n')}`,
  );
}

function read(): { document: string; table: string } {
  const document = readFileSync(path, 'utf8');
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/compatibility.md needs the lines ${start} and ${end}.`);
  return { document, table: document.slice(from + start.length, to) };
}

async function withTable(document: string, cells: readonly Compatible[]): Promise<string> {
  const head = document.slice(0, document.indexOf(start) + start.length);
  const tail = document.slice(document.indexOf(end));
  return format(`${head}\n\n${renderTable(cells)}\n\n${tail}`, { ...(await resolveConfig(path)), parser: 'markdown' });
}
