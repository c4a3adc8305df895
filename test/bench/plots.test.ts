import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { drawBars } from '../../bench/plots/bar-chart.ts';
import { plots } from '../../bench/plots/charts.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe.each(['light', 'dark'] as const)('in %s', (theme) => {
  it('draws bars as long as their values, and escapes what they are called', () => {
    const bar = (name: string, value: number) => ({ name, value, label: `${value} ms`, own: false });
    const svg = drawBars(
      { title: '50 ms', measure: 'Time', caption: 'Today', bars: [bar('a < b', 50), bar('c & d', 100), bar('e', 0)] },
      theme,
    );
    const lengths = [...svg.matchAll(/<rect [^>]*width="(\d+)"/g)].map(([, length]) => Number(length));

    expect(lengths[0]! / lengths[1]!).toBeCloseTo(0.5);
    expect(lengths[2]).toBe(2);
    expect(svg).toContain('>Time. Lower is better.</text>');
    expect(svg).toContain('>a &lt; b</text>');
    expect(svg).toContain('<desc>a &lt; b: 50 ms; c &amp; d: 100 ms; e: 0 ms</desc>');
  });

  it.each(plots)('$name shows what the benchmark has saved', ({ name, chart }) => {
    const bars = chart();

    expect(bars.title).toMatch(/^(No|The SDK|A call) [^;]+; [a-z ]+ [\d.,]+ to [\d.,]+/);
    expect(bars.bars.some(({ own }) => own)).toBe(true);
    for (const [size, suffix] of [
      ['wide', ''],
      ['narrow', '-narrow'],
    ] as const)
      expect(readFileSync(`${root}docs/plots/${name}-${theme}${suffix}.svg`, 'utf8')).toBe(drawBars(bars, theme, size));
  });
});
