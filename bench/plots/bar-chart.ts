/** One bar. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  /** What stands after the bar. */
  readonly label: string;
  /** Draws it in the colour of this SDK. */
  readonly own: boolean;
}

export interface BarChart {
  /** What the bars show: the result. */
  readonly title: string;
  /** What a bar's length is. */
  readonly measure: string;
  /** When and where it was measured. */
  readonly caption: string;
  readonly bars: readonly Bar[];
}

export type Theme = 'light' | 'dark';

const colours = {
  light: { text: '#1f2328', faint: '#59636e', own: '#1d4ed8', other: '#a8b1bb' },
  dark: { text: '#f0f6fc', faint: '#9198a1', own: '#7aa2ff', other: '#57606a' },
} as const;

const [width, row] = [760, 30];

/** Draws horizontal bars as an SVG without scripts, fonts or anything else to load. Shorter bars are better. */
export function drawBars({ title, measure, caption, bars }: BarChart, theme: Theme): string {
  const { text, faint, own, other } = colours[theme];
  const left = Math.max(...bars.map(({ name }) => widthOf(name, 14))) + 10;
  const room = width - left - Math.max(...bars.map(({ label }) => widthOf(label, 14))) - 8;
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const below = linesOf(caption, 12);
  const top = 62;
  const height = top + bars.length * row + 14 + below.length * 16;
  const lines = bars.flatMap((bar, index) => {
    const y = top + index * row;
    const length = Math.max(2, Math.round((bar.value / most) * room));
    return [
      `<text x="${left - 10}" y="${y + 16}" fill="${text}" text-anchor="end"${bar.own ? ' font-weight="600"' : ''}>${escaped(bar.name)}</text>`,
      `<rect x="${left}" y="${y + 2}" width="${length}" height="20" rx="3" fill="${bar.own ? own : other}"/>`,
      `<text x="${left + length + 8}" y="${y + 16}" fill="${text}">${escaped(bar.label)}</text>`,
    ];
  });
  const described = bars.map(({ name, label }) => `${name}: ${label}`).join('; ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="14">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(described)}</desc>`,
    `<text x="0" y="20" fill="${text}" font-size="18" font-weight="600">${escaped(title)}</text>`,
    `<text x="0" y="44" fill="${faint}">${escaped(measure)}. Lower is better.</text>`,
    ...lines,
    ...below.map(
      (line, index) =>
        `<text x="0" y="${height - 6 - (below.length - 1 - index) * 16}" fill="${faint}" font-size="12">${escaped(line)}</text>`,
    ),
    '</svg>',
    '',
  ].join('\n');
}

/** How wide a text is at most, in any of the fonts that a reader may have: as in Verdana and DejaVu, bold, which are wide. */
function widthOf(text: string, size: number): number {
  return Math.ceil(
    size *
      Array.from(text).reduce(
        (sum, char) => sum + (/[ .,:;'|!()[\]fijlrt/-]/.test(char) ? 0.48 : /[mwMW@%×+]/.test(char) ? 1.06 : 0.74),
        0,
      ),
  );
}

/** The lines that a text needs in the chart's width. */
function linesOf(text: string, size: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && widthOf(longer, size) > width) lines.push(word);
    else lines.splice(-1, 1, longer);
  }
  return lines;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
