import type { RateLimit, RateWindow } from '../../state/rate-windows.ts';
import type { TrafficInterval } from '../../state/traffic.ts';
import { budgetLine } from './budget-line.ts';
import { Time, type Tone } from './components.tsx';
import { count, durationText, number } from './numbers.ts';

/** Size of the drawing. The style sheet stretches it to the size of the page. */
const [width, height] = [600, 100];

/** Endings in the order in which they are stacked, from the bottom. */
const endings = [
  ['succeeded', 'good', 'succeeded'],
  ['clientErrors', 'fair', 'rejected (4xx)'],
  ['refused', 'refused', 'refused (429)'],
  ['serverErrors', 'bad', 'failed (5xx or no response)'],
] as const satisfies readonly (readonly [string, Tone, string])[];

export interface ChartData {
  readonly series: readonly TrafficInterval[];
  /** Length of an interval, in milliseconds. */
  readonly interval: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface Budget {
  readonly rate: RateLimit;
  readonly windows: readonly RateWindow[];
}

/** Where a time is in the drawing. */
function scale({ series, interval, now }: ChartData): (time: number) => number {
  const from = series[0]?.start ?? now;
  return (time) => Math.round(((time - from) / (series.length * interval)) * width * 10) / 10;
}

type Counts = Pick<TrafficInterval, (typeof endings)[number][0]>;

/** The endings that there were, such as `2 client errors`. */
function namesOf(counts: Counts): readonly string[] {
  return endings
    .filter(([ending]) => counts[ending] > 0)
    .map(([ending, , name]) => `${number(counts[ending])} ${name}`);
}

function totalOf(series: readonly TrafficInterval[]) {
  const total = { succeeded: 0, clientErrors: 0, refused: 0, serverErrors: 0 };
  for (const counts of series) for (const [ending] of endings) total[ending] += counts[ending];
  return total;
}

function countOf(counts: Counts): number {
  return endings.reduce((sum, [ending]) => sum + counts[ending], 0);
}

/** The smallest round number that is not below a value: the top of the scale. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return ([1, 1.2, 1.5, 2, 3, 4, 5, 6, 8].find((step) => step * power >= value) ?? 10) * power;
}

/** Bars of requests by how they ended; with a budget, also the line of the requests left and the edges of the windows. */
export function TrafficChart({ data, budget, label }: { data: ChartData; budget?: Budget; label: string }) {
  const { series, interval, now } = data;
  const from = series[0]?.start ?? now;
  const x = scale(data);
  const total = totalOf(series);
  const sum = countOf(total);
  const top = roundUp(Math.max(...series.map(countOf), 4));
  const summary = [`${count(sum, 'request')} in ${durationText(series.length * interval)}`, ...namesOf(total)].join(
    ', ',
  );
  return (
    <figure class="chart">
      <div class="plot">
        <span class="scale">{sum === 0 ? '' : `${number(top)} per ${durationText(interval)}`}</span>
        {budget !== undefined && <span class="scale right">{`${number(budget.rate.limit)} left`}</span>}
        <svg
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${label}: ${summary}`}
        >
          {series.map((counts) => (
            <Bar counts={counts} x={x(counts.start)} width={width / series.length} top={top} />
          ))}
          {budget !== undefined && <BudgetPath data={data} budget={budget} x={x} />}
        </svg>
      </div>
      <div class="axis">
        <Time at={from} show="time" />
        <span>{sum === 0 ? 'no requests' : `${durationText(interval)} per bar`}</span>
        <Time at={now} show="time" />
      </div>
      <figcaption class="legend">
        {endings.map(
          ([ending, tone, name]) =>
            total[ending] > 0 && (
              <span>
                <i class={`swatch ${tone}`} />
                {`${number(total[ending])} ${name}`}
              </span>
            ),
        )}
        {budget !== undefined && (
          <span>
            <i class="swatch budget" />
            requests left
          </span>
        )}
      </figcaption>
    </figure>
  );
}

function Bar({ counts, x, width: room, top }: { counts: TrafficInterval; x: number; width: number; top: number }) {
  if (countOf(counts) === 0) return <></>;
  let y = height;
  return (
    <g>
      <title>{namesOf(counts).join(', ')}</title>
      {endings.map(([ending, tone]) => {
        const tall = (counts[ending] / top) * height;
        y -= tall;
        return tall > 0 && <rect class={tone} x={x + room * 0.12} y={y} width={room * 0.76} height={tall} />;
      })}
    </g>
  );
}

function BudgetPath({ data, budget, x }: { data: ChartData; budget: Budget; x: (time: number) => number }) {
  const { rate, windows } = budget;
  const y = (remaining: number) => Math.round((1 - remaining / rate.limit) * (height - 4) + 2);
  const points = budgetLine(rate, windows, data.series, data.interval, data.now);
  const path = points
    .map(({ time, remaining }, index) => (index === 0 ? `M${x(time)} ${y(remaining)}` : `H${x(time)}V${y(remaining)}`))
    .join('');
  return <path class="budget" d={path} />;
}
