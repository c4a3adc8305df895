import { peerVersion } from '../../../bench/shared/peers.ts';
import { markdownTable, updateTable } from '../../support/document-table.ts';

/** Brings a table of `docs/reliability.md` up to date: a row for each promise, and a column for each library. */
export function documentFigures(
  table: string,
  libraries: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const titles = libraries.map((name) => {
    const version = peerVersion(name);
    return version === 'unknown' ? name : `${name} ${version}`;
  });
  const comments = [`<!-- ${table}: written by its test -->`, `<!-- /${table} -->`] as const;
  const head = ['Promise', 'What is counted', ...titles];
  return updateTable('docs/reliability.md', comments, () => markdownTable(head, rows));
}
