import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { inject } from 'vitest';
import { markdownTable, updateTable } from '../../support/document-table.ts';

/** Each section of the table in `docs/compatibility.md`, in the order in which it stands there. */
const sections = ['Runtime', 'Test runner', 'Bundler', 'Compiler'] as const;

/** The columns of the table: how the SDK was loaded. */
const moduleKinds = ['ES module', 'CommonJS'] as const;

/** One cell of the table: this was run with the packed tarball, and it works. */
export interface Compatible {
  readonly section: (typeof sections)[number];
  /** What ran it, such as `Node.js 22`: the same whatever its exact version. */
  readonly subject: string;
  /** The exact version, from `test/package/tools/package-lock.json`. Left out where the machine decides on it. */
  readonly version?: string | undefined;
  readonly moduleKind: (typeof moduleKinds)[number];
}

/**
 * Notes for `docs/compatibility.md` that the test has shown something to work. Call it as the last thing in a test: a
 * test that fails before leaves no note.
 */
export function recordAsCompatible(cell: Compatible): void {
  appendFileSync(inject('compatibilityNotes'), `${JSON.stringify(cell)}\n`);
}

/**
 * Brings the table of `docs/compatibility.md` up to date with the notes. Outside of CI, what did not run keeps its place,
 * so that one test file may be run by itself.
 */
export function documentCompatible(notes: string): Promise<void> {
  const lines = existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n') : [];
  // Each line was written by recordAsCompatible.
  const ran = lines.map((line) => JSON.parse(line) as Compatible);
  const comments = ['<!-- what the tests ran: written by them -->', '<!-- /what the tests ran -->'] as const;
  return updateTable('docs/compatibility.md', comments, (table) =>
    renderTable(process.env['CI'] === 'true' ? ran : [...parseTable(table), ...ran]),
  );
}

/** The table, in the same order whatever the order in which the tests ended. */
function renderTable(cells: readonly Compatible[]): string {
  const rows = Map.groupBy(cells, ({ section, subject }) => `${section}|${subject}`);
  const sorted = [...rows.values()].sort(([a], [b]) => (a && b ? compare(a, b) : 0));
  const lines = sorted.map((row) => {
    const version = row.findLast(({ version }) => version)?.version ?? '';
    const results = moduleKinds.map((kind) => (row.some(({ moduleKind }) => moduleKind === kind) ? 'yes' : '–'));
    return [row[0]?.section ?? '', row[0]?.subject ?? '', version, ...results];
  });
  return markdownTable(['Kind', 'Name', 'Version', ...moduleKinds], lines);
}

/** The cells of a table that {@link renderTable} made, whatever a formatter did to its spaces since. */
function parseTable(table: string): Compatible[] {
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
