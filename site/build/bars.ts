import { outsideCode } from './markdown.ts';

/** Columns whose figures are also drawn. In each of them, less is better. */
const drawn = ['refused (429)', '× fetch', 'min + gzip, kB', 'items lost'];

/** Draws a bar before each figure of these columns. The largest one has all of the room. */
export function withBars(markdown: string): string {
  return outsideCode(markdown, (part) =>
    part.replaceAll(/^\|.+\n\|[-: |]+\n(?:\|.+\n?)+/gm, (table) => {
      const [head = '', rule = '', ...lines] = table.trimEnd().split('\n');
      const column = cellsOf(head).findIndex((cell) => drawn.includes(cell.trim()));
      const rows = lines.map(cellsOf);
      const most = Math.max(...rows.map((row) => figure(row[column])));
      if (!(most > 0)) return table;
      const bars = rows.map((row) =>
        row.map((cell, at) => (at === column ? ` ${bar(figure(cell) / most)}${cell}` : cell)),
      );
      return `${[head, rule, ...bars.map((row) => row.join('|'))].join('\n')}\n`;
    }),
  );
}

/** For readers of the Markdown. */
export function withoutBars(markdown: string): string {
  return markdown.replaceAll(/ <i class="bar".*?<\/i>/g, '');
}

function cellsOf(line: string): string[] {
  return line.split('|');
}

function figure(cell = ''): number {
  return Number(cell.replaceAll('*', ''));
}

function bar(share: number): string {
  return `<i class="bar" style="--share: ${share.toFixed(3)}"></i>`;
}
