import { readResults, type Results } from '../shared/results.ts';
import {
  kilobytes,
  type OverheadRow,
  type RateLimitRow,
  type SizeRow,
  type StartupRow,
  type WalkRow,
} from '../shared/figure-tables.ts';
import type { Bar, BarChart } from './bar-chart.ts';

/** A chart of saved results, and the name of its files. */
interface Plot {
  readonly name: string;
  readonly chart: () => BarChart;
}

export const plots: readonly Plot[] = [
  {
    name: 'refused-requests',
    chart: () => {
      const { rows, ...run } = readResults<RateLimitRow>('rate-limit');
      const wanted = rows.filter(
        ({ title, name }) => title === '300 calls at once' && (isOwn(name) || name.endsWith(', 10 retries')),
      );
      return chartOf('Requests refused with 429, of 300 calls at once', 'refused', run, wanted, (row) => {
        const { name, refused, failed } = row;
        return bar(name, refused, failed > 0 ? `${refused}, ${failed} calls failed` : whole(refused));
      });
    },
  },
  {
    name: 'overhead',
    chart: () => {
      const { rows, ...run } = readResults<OverheadRow>('overhead');
      const wanted = rows.filter(({ concurrency }) => concurrency === 1);
      return chartOf('CPU time of a call, as a multiple of fetch', '× fetch', run, wanted, ({ name, ratio }) =>
        bar(name, ratio, `${ratio.toFixed(2)} ×`),
      );
    },
  },
  {
    name: 'start-up',
    chart: () => {
      const { rows, ...run } = readResults<StartupRow>('startup');
      const wanted = rows.filter(({ kind }) => kind === 'import');
      return chartOf('CPU time to import a package', 'ms', run, wanted, ({ name, cost }) =>
        bar(name, cost, `${cost.toFixed(0)} ms`),
      );
    },
  },
  {
    name: 'lost-items',
    chart: () => {
      const { rows, ...run } = readResults<WalkRow & { readonly what: string }>('pagination');
      const wanted = rows.filter(({ what, changes }) => what === 'a moving list' && changes === 15);
      const measure = 'Items lost from 200 lists that change while they are read';
      return chartOf(measure, 'lost', run, wanted, ({ name, lost, repeated }) =>
        bar(name, lost, `${whole(lost)} lost, ${whole(repeated)} repeated`),
      );
    },
  },
  {
    name: 'size',
    chart: () => {
      const { rows, ...run } = readResults<SizeRow>('size');
      const wanted = rows.filter(({ what }) => !what.startsWith('–'));
      return chartOf('What a page downloads, minified and gzipped', 'kB', run, wanted, ({ what, zipped }) =>
        bar(what, zipped, `${kilobytes(zipped)} kB`),
      );
    },
  },
];

/** The title is the result: the figure of this SDK, and the range of the others. */
function chartOf<Row>(
  measure: string,
  unit: string,
  { date, node, machine }: Omit<Results, 'rows'>,
  rows: readonly Row[],
  toBar: (row: Row) => Bar,
): BarChart {
  const bars = rows.map(toBar);
  const figure = (each: Bar | undefined) => /^[\d.,]+(?<!,)/.exec(each?.label ?? '')?.[0] ?? '';
  const others = bars.filter(({ own }) => !own).toSorted((a, b) => a.value - b.value);
  const own = figure(bars.find(({ name }) => /^@example\/sdk(, everything)?$/.test(name)));
  const title = `${own} ${unit}; others ${figure(others[0])} to ${figure(others.at(-1))}`;
  return { title, measure, caption: `${date}, Node.js ${node}, ${machine}`, bars };
}

const whole = (value: number): string => value.toLocaleString('en');

function bar(name: string, value: number, label: string): Bar {
  return { name, value, label, own: isOwn(name) };
}

function isOwn(name: string): boolean {
  return name.startsWith('@example/sdk');
}
