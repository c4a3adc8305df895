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
  readonly title: string;
  /** What was measured, and where. */
  readonly caption: string;
  readonly bars: readonly Bar[];
}

export type Theme = 'light' | 'dark';

const colours = {
  light: { text: '#1f2328', faint: '#59636e', own: '#1d4ed8', other: '#a8b1bb' },
  dark: { text: '#f0f6fc', faint: '#9198a1', own: '#7aa2ff', other: '#57606a' },
} as const;

const [width, left, right, row, top] = [760, 230, 130, 30, 52];

/** Draws horizontal bars as an SVG without scripts, fonts or anything else to load. */
export function drawBars({ title, caption, bars }: BarChart, theme: Theme): string {
  const { text, faint, own, other } = colours[theme];
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const height = top + bars.length * row + 34;
  const lines = bars.flatMap((bar, index) => {
    const y = top + index * row;
    const length = Math.round((bar.value / most) * (width - left - right));
    return [
      `<text x="${left - 10}" y="${y + 16}" fill="${text}" text-anchor="end"${bar.own ? ' font-weight="600"' : ''}>${escaped(bar.name)}</text>`,
      `<rect x="${left}" y="${y + 2}" width="${Math.max(length, 2)}" height="20" rx="3" fill="${bar.own ? own : other}"/>`,
      `<text x="${left + Math.max(length, 2) + 8}" y="${y + 16}" fill="${text}">${escaped(bar.label)}</text>`,
    ];
  });
  const described = bars.map(({ name, label }) => `${name}: ${label}`).join('; ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="14">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(described)}</desc>`,
    `<text x="0" y="22" fill="${text}" font-size="17" font-weight="600">${escaped(title)}</text>`,
    ...lines,
    `<text x="0" y="${height - 10}" fill="${faint}" font-size="12">${escaped(caption)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
