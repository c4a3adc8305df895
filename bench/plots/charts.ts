import type { Results, ResultRow } from '../shared/results.ts';
import type { Bar, BarChart } from './bar-chart.ts';

/** A chart, the benchmark whose results it shows, and the name of its files. */
interface Plot {
  readonly name: string;
  readonly results: string;
  readonly chart: (results: Results) => BarChart;
}

const isOwn = (name: string) => name.startsWith('@example/sdk');
const text = (row: ResultRow, key: string) => String(row[key]);
const number = (row: ResultRow, key: string) => Number(row[key]);

/** All plots. Each is drawn from one file of `bench/results/`. */
export const plots: readonly Plot[] = [
  {
    name: 'refused-requests',
    results: 'rate-limit',
    chart: (results) => ({
      title: 'Requests refused with 429, of 300 calls at once',
      caption: caption(results),
      bars: results.rows
        .filter(
          ({ title, name }) => title === '300 calls at once' && (isOwn(String(name)) || String(name).includes('10')),
        )
        .map((row) => {
          const failed = number(row, 'failed');
          return bar(
            row,
            number(row, 'refused'),
            `${number(row, 'refused')}${failed > 0 ? `, ${failed} calls failed` : ''}`,
          );
        }),
    }),
  },
  {
    name: 'overhead',
    results: 'overhead',
    chart: (results) => ({
      title: 'CPU time of a call, as a multiple of fetch',
      caption: caption(results),
      bars: results.rows
        .filter(({ concurrency }) => concurrency === 1)
        .map((row) => bar(row, number(row, 'ratio'), `${number(row, 'ratio').toFixed(2)} ×`)),
    }),
  },
  {
    name: 'start-up',
    results: 'startup',
    chart: (results) => ({
      title: 'CPU time to import a package',
      caption: caption(results),
      bars: results.rows
        .filter(({ kind }) => kind === 'import')
        .map((row) => bar(row, number(row, 'cost'), `${number(row, 'cost').toFixed(0)} ms`)),
    }),
  },
  {
    name: 'lost-items',
    results: 'pagination',
    chart: (results) => ({
      title: 'Items lost from lists that change while they are read',
      caption: caption(results),
      bars: results.rows
        .filter(({ what, changes }) => what === 'a moving list' && changes === 15)
        .map((row) =>
          bar(row, number(row, 'lost'), `${number(row, 'lost')} lost, ${number(row, 'repeated')} repeated`),
        ),
    }),
  },
  {
    name: 'size',
    results: 'size',
    chart: (results) => ({
      title: 'What a page downloads, minified and gzipped',
      caption: caption(results),
      bars: results.rows
        .filter(({ what }) => !String(what).startsWith('–'))
        .map((row) => {
          const kilobytes = number(row, 'zipped') / 1000;
          return { ...bar({ ...row, name: text(row, 'what') }, kilobytes, `${kilobytes.toFixed(1)} kB`) };
        }),
    }),
  },
];

function bar(row: ResultRow, value: number, label: string): Bar {
  return { name: text(row, 'name'), value, label, own: isOwn(text(row, 'name')) };
}

function caption({ machine, date, node }: Results): string {
  return `${date}, Node.js ${node}, ${machine}`;
}
