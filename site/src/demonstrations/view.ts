import type { RecordedRequest } from '@example/sandbox';
import type { ClientRun } from './run.ts';

/** How something went; the page has a colour and a pattern for each. */
export type Tone = 'waiting' | 'good' | 'warning' | 'bad' | 'gone';

export interface Figure {
  readonly text: string;
  /** Whether to show it as a problem. */
  readonly isBad?: boolean;
}

/** A bar of a chart over time. */
export interface Bar {
  /** Where it begins, in virtual milliseconds. */
  readonly at: number;
  /** Virtual milliseconds. */
  readonly width: number;
  readonly values: Readonly<Partial<Record<Tone, number>>>;
}

/** A part of the time axis, in virtual milliseconds. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** The room that the cells have. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** What one client shows at a moment. */
export interface View {
  readonly cells: readonly Tone[];
  readonly charts: readonly (readonly Bar[])[];
  readonly figures: readonly Figure[];
}

/** What the worker tells the page: what each client shows, and at last that the run has ended. */
export type Report =
  | { readonly type: 'progress'; readonly elapsed: number; readonly clients: readonly View[] }
  | { readonly type: 'end'; readonly error?: string };

export const count = (value: number, isBad = false): Figure => ({ text: String(value), isBad });

/** Virtual milliseconds as seconds, in three digits or more. */
export function seconds(milliseconds: number, isBad = false): Figure {
  const value = milliseconds / 1000;
  return { text: `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} s`, isBad };
}

/** What a client has no figure for, such as the time of a job that it didn't finish. */
export const none: Figure = { text: '–' };

/** A cell for each call. */
export function cellsOfCalls(run: ClientRun, kind = 'call'): Tone[] {
  const tones = { waiting: 'waiting', answered: 'good', failed: 'bad' } as const;
  return run.calls.filter((call) => call.kind === kind).map(({ outcome }) => tones[outcome]);
}

/** The requests in the API's log, as bars of so many milliseconds. */
export function requestsOverTime(run: ClientRun, width: number): Bar[] {
  const bars = new Map<number, Bar & { readonly values: Partial<Record<Tone, number>> }>();
  for (const request of run.requests) {
    const at = Math.floor(run.receivedAt(request) / width) * width;
    const bar = bars.get(at) ?? { at, width, values: {} };
    bars.set(at, bar);
    const tone = toneOf(request);
    bar.values[tone] = (bar.values[tone] ?? 0) + 1;
  }
  return [...bars.values()];
}

export function toneOf({
  state,
  status,
}: Pick<RecordedRequest, 'state'> & { readonly status?: number | undefined }): Tone {
  if (state === 'pending') return 'waiting';
  if (state !== 'completed' || status === undefined || status >= 500) return 'bad';
  return status >= 400 ? 'warning' : 'good';
}

/** Requests that the API refused because of its rate limit. */
export const refused = (run: ClientRun): number => run.requests.filter(({ status }) => status === 429).length;
