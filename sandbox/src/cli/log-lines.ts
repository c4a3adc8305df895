import type { RecordedRequest } from '../state/recorded-request.ts';
import { answerOf, isOnPurpose, reasonsOf, subjectOf } from '../state/reasons.ts';
import type { Attempt, DeliveryRecord } from '../storage/records.ts';
import { durationText, latencyText } from '../utils/clock.ts';
import { type Line, style, type Styled, wrapped } from './terminal.ts';

/** What a line shows, in the order of its columns. The kind is a method, or `→` for what was sent. */
interface LogRow {
  readonly at: string;
  /** Its status, or a word if it has none. */
  readonly ended: string;
  /** The status whose color it has. */
  readonly colorOf: number | undefined;
  readonly duration: number;
  readonly kind: string;
  /** Texts of which the first that fits is shown. If none does, the end of the last one is cut. */
  readonly subjects: readonly string[];
  /** Characters of the last one that are never cut. */
  readonly kept?: number;
  /** Why it ended as it did: below the subject, or beside it on a wide terminal. */
  readonly notes: readonly string[];
  /** Whether they are at the end of the line if a subject leaves room for them. */
  readonly brief?: boolean;
  /** What to say at the end of the line if there are no notes; of a delivery, or below it. */
  readonly aside?: string;
}

/** Below these widths, lines are denser and without durations, or notes stand below a subject, which otherwise gets 42. */
const [narrow, wide, besideNotes] = [60, 120, 42];

/** Lines in columns that fit the width of a terminal. */
function logLines(row: LogRow, columns = Infinity): readonly Line[] {
  const { at, ended, colorOf, duration, kind, subjects, kept = 0, notes, brief = false, aside = '' } = row;
  const took = (/^\d/.test(ended) ? latencyText(duration).replace(',', '') : '').padStart(12 - ended.length);
  const [time, end] = [style.faint(new Date(at).toTimeString().slice(0, 8)), colored(ended, colorOf)];
  const start =
    columns < narrow
      ? [time, ' ', end, kind === '→' ? ' → ' : ` ${kind.padEnd(4)} `]
      : [time, '  ', end, style.faint(took), `  ${kind.padEnd(4)}  `];
  const taken = start.reduce((sum, part) => sum + (typeof part === 'string' ? part : part.text).length, 0);
  const joined = notes.join(' · ');
  const isBeside = columns >= wide && notes.length > 0;
  const room = isBeside && columns < Infinity ? besideNotes - 2 : columns - taken;
  const last = subjects.at(-1) ?? '';
  const fitting = (width: number) => subjects.find((text) => text.length <= width);
  const beside = brief && !isBeside ? fitting(room - joined.length - 2) : undefined;
  const subject = beside ?? fitting(room) ?? `${last.slice(0, Math.max(room - 1, kept))}…`;
  const extra = notes.length === 0 ? style.faint(aside) : colored(joined, colorOf);
  const gap = columns === Infinity ? besideNotes - subject.length : room - subject.length - extra.text.length;
  if (extra.text === '' || (kind !== '→' && notes.length === 0 && gap < 2)) return [[...start, subject]];
  if (beside !== undefined || (notes.length === 0 && gap >= 2)) return [[...start, subject, ' '.repeat(gap), extra]];
  const indent = isBeside ? taken + besideNotes : columns < narrow ? 2 : 10;
  const width = columns - indent;
  const lines = (extra.text.length <= width ? [extra.text] : notes).flatMap((note) =>
    wrapped(note, note.length > width ? width - 2 : width).map((text, index) => [
      ' '.repeat(index === 0 ? indent : indent + 2),
      { ...extra, text },
    ]),
  );
  if (!isBeside) return [[...start, subject], ...lines];
  const [[, first = ''] = [], ...others] = lines;
  return [[...start, subject.padEnd(Math.max(besideNotes, subject.length + 2)), first], ...others];
}

/** About a request: `01:45:26  422     7 ms  POST  /v1/users  email: must be an email address`. */
export function requestLines(request: RecordedRequest, columns = Infinity): readonly Line[] {
  const { method, target, received_at: at, state, status, duration, remaining } = request;
  return logLines(
    {
      ...{ at, ended: String(status ?? state), kind: method, notes: reasonsOf(request), aside: `${remaining} left` },
      colorOf: isOnPurpose(request) ? 400 : status,
      brief: request.fault !== undefined,
      duration: Number(duration), // A request that has ended has one.
      subjects: [target, target.replace(/^([^?]*\?[^&]*)&.*/, '$1…'), target.replace(/\?.*/, '?…')],
    },
    columns,
  );
}

/** About an attempt to deliver an event: `01:45:27  500    12 ms  →  user.created Ada  http://…/bad: locked`. */
export function attemptLines(
  delivery: Pick<DeliveryRecord, 'event' | 'body' | 'status' | 'due'>,
  attempt: Pick<Attempt, 'at' | 'duration' | 'status' | 'error' | 'responseBody'>,
  url: string,
  columns = Infinity,
): readonly Line[] {
  const { event, status: state, due } = delivery;
  const { at, duration, status } = attempt;
  const delay = due === undefined ? 0 : Math.ceil(Math.max(due - Date.parse(at), 0) / 1000) * 1000;
  const place = url.replace(/^https?:\/\//, '');
  const path = place.replace(/^[^/]*/, '');
  const end = state === 'failed' ? 'no attempts left' : `retry in ${durationText(delay)}`;
  const to = columns >= wide ? url : path.length < 2 ? place : path;
  const ended = { ended: String(status ?? 'no response'), colorOf: status };
  // A name that does not fit is on a line of its own.
  const subject = `${event} ${subjectOf(delivery)}`.trim();
  const who = columns < narrow && subject.length > columns - 12 - ended.ended.length ? [subjectOf(delivery)] : [];
  const why = [answerOf(attempt), end].filter(Boolean).join(', ');
  const notes = state === 'delivered' ? [] : columns < narrow ? [...who, to, why] : [`${to}: ${why}`];
  const about = { subjects: [who.length > 0 ? event : subject], kept: event.length, aside: [...who, to].join(', ') };
  return logLines({ at, ...ended, duration, kind: '→', ...about, notes }, columns);
}

/** A status in its color: that of a failure if there is none. */
export function colored(text: string, status: number | undefined): Styled {
  if (status === undefined || status >= 500) return style.red(text);
  if (status === 429) return style.magenta(text);
  return status >= 400 ? style.yellow(text) : style.green(text);
}
