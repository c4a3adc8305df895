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
  /** The finding, as a sentence. */
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

/** For a page, and for a phone, where the names are above their bars: no text is smaller than 12 px there. */
export const widths = { wide: 760, narrow: 350 } as const;

export type Width = keyof typeof widths;

/** Draws horizontal bars as an SVG without scripts, fonts or anything else to load. Shorter bars are better. */
export function drawBars({ title, measure, caption, bars }: BarChart, theme: Theme, size: Width = 'wide'): string {
  const { text, faint, own, other } = colours[theme];
  const width = widths[size];
  const isNarrow = size === 'narrow';
  const row = isNarrow ? 46 : 30;
  const left = isNarrow ? 0 : Math.max(...bars.map(({ name }) => widthOf(name, 14))) + 10;
  const room = width - left - Math.max(...bars.map(({ label }) => widthOf(label, 14))) - 8;
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const heading = linesOf(title, 18, width);
  const what = linesOf(`${measure}. Lower is better.`, 14, width);
  const below = linesOf(caption, 12, width);
  const whatAt = 20 + heading.length * 24;
  const top = whatAt + what.length * 20;
  const height = top + bars.length * row + 14 + below.length * 16;
  const lines = bars.flatMap((bar, index) => {
    const y = top + index * row + (isNarrow ? 16 : 0);
    const length = Math.max(2, Math.round((bar.value / most) * room));
    const name = isNarrow ? `x="0" y="${y - 4}"` : `x="${left - 10}" y="${y + 16}" text-anchor="end"`;
    return [
      `<text ${name} fill="${text}"${bar.own ? ' font-weight="600"' : ''}>${escaped(bar.name)}</text>`,
      `<rect x="${left}" y="${y + 2}" width="${length}" height="20" rx="3" fill="${bar.own ? own : other}"/>`,
      `<text x="${left + length + 8}" y="${y + 16}" fill="${text}">${escaped(bar.label)}</text>`,
    ];
  });
  const described = bars.map(({ name, label }) => `${name}: ${label}`).join('; ');
  const paragraph = (all: readonly string[], y: number, step: number, style: string) =>
    all.map((line, index) => `<text x="0" y="${y + index * step}" ${style}>${escaped(line)}</text>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="14">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(described)}</desc>`,
    ...paragraph(heading, 20, 24, `fill="${text}" font-size="18" font-weight="600"`),
    ...paragraph(what, whatAt, 20, `fill="${faint}"`),
    ...lines,
    ...paragraph(below, height - 6 - (below.length - 1) * 16, 16, `fill="${faint}" font-size="12"`),
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

/** The lines that a text needs. */
function linesOf(text: string, size: number, width: number): string[] {
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
