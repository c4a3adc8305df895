import { moduleKinds, sections, type Compatible } from './compatibility.ts';

const header = ['Kind', 'Name', 'Version', ...moduleKinds];
const notRun = '–';

/** The table in Markdown, in the same order whatever the order in which the tests ended. */
export function renderTable(cells: readonly Compatible[]): string {
  const rows = Map.groupBy(cells, ({ section, subject }) => `${section}|${subject}`);
  const sorted = [...rows.values()].sort(([a], [b]) => (a && b ? compare(a, b) : 0));
  const lines = sorted.map((row) => {
    const version = row.findLast(({ version }) => version)?.version ?? '';
    const results = moduleKinds.map((kind) => (row.some(({ moduleKind }) => moduleKind === kind) ? 'yes' : notRun));
    return [row[0]?.section ?? '', row[0]?.subject ?? '', version, ...results];
  });
  return [header, header.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/** The cells of a table that {@link renderTable} made, whatever a formatter did to its spaces since. */
export function parseTable(table: string): Compatible[] {
  return table.split('\n').flatMap((line) => {
    const [, name, subject = '', version, ...results] = line.split('|').map((cell) => cell.trim());
    const section = sections.find((known) => known === name);
    if (section === undefined) return [];
    return moduleKinds
      .filter((_, column) => results[column] === 'yes')
      .map((moduleKind) => ({ section, subject, version: version === '' ? undefined : version, moduleKind }));
  });
}

function compare(a: Compatible, b: Compatible): number {
  const bySection = sections.indexOf(a.section) - sections.indexOf(b.section);
  return bySection || a.subject.localeCompare(b.subject, 'en', { numeric: true });
}
