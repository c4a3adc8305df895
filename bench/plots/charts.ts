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
      const finding: Finding = (own, least, most) =>
        `${own === '0' ? 'No request is' : `${own} requests are`} refused; other clients are refused ${least} to ${most} times`;
      const measure = 'Refused with 429, of 300 calls at once; others retry 10 times';
      return chartOf(measure, finding, run, wanted, ({ name, refused, failed }) => {
        const more = failed > 0 ? `, and ${failed} calls failed` : '';
        return bar(name.replace(', 10 retries', ''), refused, whole(refused) + more);
      });
    },
  },
  {
    name: 'overhead',
    chart: () => {
      const { rows, ...run } = readResults<OverheadRow>('overhead');
      const wanted = rows.filter(({ concurrency }) => concurrency === 1);
      const finding: Finding = (own, least, most) =>
        `A call costs ${own}\u00a0× fetch; others cost ${least} to ${most}\u00a0×`;
      return chartOf('CPU time of a call, as a multiple of fetch', finding, run, wanted, ({ name, ratio }) =>
        bar(name, ratio, `${ratio.toFixed(2)} ×`),
      );
    },
  },
  {
    name: 'start-up',
    chart: () => {
      const { rows, ...run } = readResults<StartupRow>('startup');
      const wanted = rows.filter(({ kind }) => kind === 'import');
      const finding: Finding = (own, least, most) =>
        `The SDK loads in ${own}\u00a0ms; others take ${least} to ${most}\u00a0ms`;
      return chartOf('CPU time to import a package', finding, run, wanted, ({ name, cost }) =>
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
      const finding: Finding = (own, least, most) =>
        `${own === '0' ? 'No item is' : `${own} items are`} lost; a loop over pages loses ${least} to ${most}`;
      return chartOf(measure, finding, run, wanted, ({ name, lost, repeated }) =>
        bar(name, lost, `${whole(lost)} lost, ${whole(repeated)} repeated`),
      );
    },
  },
  {
    name: 'size',
    chart: () => {
      const { rows, ...run } = readResults<SizeRow>('size');
      const wanted = rows.filter(({ what }) => !what.startsWith('–'));
      const finding: Finding = (own, least, most) =>
        `The SDK adds ${own}\u00a0kB to a page; others add ${least} to ${most}\u00a0kB`;
      return chartOf('What a page downloads, minified and gzipped', finding, run, wanted, ({ what, zipped }) =>
        bar(what, zipped, `${kilobytes(zipped)} kB`),
      );
    },
  },
];

/** A sentence with the figure of this SDK, and the range of the others. */
type Finding = (own: string, least: string, most: string) => string;

function chartOf<Row>(
  measure: string,
  finding: Finding,
  { date, node, machine }: Omit<Results, 'rows'>,
  rows: readonly Row[],
  toBar: (row: Row) => Bar,
): BarChart {
  const bars = rows.map(toBar);
  const figure = (each: Bar | undefined) => /^[\d.,]+(?<!,)/.exec(each?.label ?? '')?.[0] ?? '';
  const others = bars.filter(({ own }) => !own).toSorted((a, b) => a.value - b.value);
  const own = figure(bars.find(({ name }) => /^@example\/sdk(, everything)?$/.test(name)));
  return {
    title: finding(own, figure(others[0]), figure(others.at(-1))),
    measure,
    caption: `${date}, Node.js ${node}, ${machine}`,
    bars,
  };
}

const whole = (value: number): string => value.toLocaleString('en');

function bar(name: string, value: number, label: string): Bar {
  return { name, value, label, own: isOwn(name) };
}

function isOwn(name: string): boolean {
  return name.startsWith('@example/sdk');
}
