import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

/**
 * Brings a table of a guide up to date with what ran. It stands between two comments. In CI, a difference is an error.
 *
 * @param render Gets the table that stands there, and returns what should.
 */
export async function updateTable(
  guide: string,
  [start, end]: readonly [start: string, end: string],
  render: (table: string) => string,
): Promise<void> {
  const path = join(import.meta.dirname, '../..', guide);
  const document = readFileSync(path, 'utf8');
  const [from, to] = [document.indexOf(start) + start.length, document.indexOf(end)];
  if (from < start.length || to < from) throw new Error(`${guide} needs the lines ${start} and ${end}.`);
  const text = `${document.slice(0, from)}\n\n${render(document.slice(from, to))}\n\n${document.slice(to)}`;
  const updated = await format(text, { ...(await resolveConfig(path)), parser: 'markdown' });
  if (updated === document) return;
  if (process.env['CI'] !== 'true') {
    writeFileSync(path, updated);
    return;
  }
  const [before, after] = [document.split('\n'), updated.split('\n')];
  const difference = [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
  throw new Error(
    `${guide} says (-) what is not what ran (+). Run its test where CI is not set, and commit it.\n${difference.join('\n')}`,
  );
}

/** A table in Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
