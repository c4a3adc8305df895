type Row = readonly string[];

/** Renders a table with the first column aligned left and the others aligned right. */
export function table(head: Row, rows: readonly Row[], { markdown = false } = {}): string {
  const widths = head.map((title, column) =>
    Math.max(3, ...[head, ...rows].map((row) => (row[column] ?? title).length)),
  );
  const line = (row: Row): string[] =>
    widths.map((width, column) => {
      const cell = row[column] ?? '';
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
  if (!markdown) {
    const rule = widths.map((width) => '─'.repeat(width));
    return [line(head), rule, ...rows.map(line)].map((cells) => cells.join('  ').trimEnd()).join('\n');
  }
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), rule, ...rows.map(line)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
