import type { RecordedRequest } from '../state/recorded-request.ts';
import { answerOf, isCorrupted, reasonsOf, subjectOf } from '../state/reasons.ts';
import type { Attempt, DeliveryRecord } from '../storage/records.ts';
import { durationText } from '../utils/clock.ts';
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
  /** What to say at the end of the line if there are no notes: the first text that fits. */
  readonly asides: readonly string[];
}

/** Below these widths, lines are denser and have no durations, or notes are below a subject, which gets this many characters else. */
const [narrow, wide, besideNotes] = [60, 120, 42];

/** Lines in columns that fit the width of a terminal. */
function logLines(row: LogRow, columns = Infinity): readonly Line[] {
  const { at, ended, colorOf, duration, kind, subjects, kept = 0, notes, asides } = row;
  const took = (/^\d/.test(ended) ? tookText(duration) : '').padStart(12 - ended.length);
  const [time, end] = [style.faint(at.slice(11, 19)), colored(ended, colorOf)];
  const start =
    columns < narrow
      ? [time, ' ', end, kind === '→' ? ' → ' : ` ${kind.padEnd(4)} `]
      : [time, '  ', end, style.faint(took), `  ${kind.padEnd(4)}  `];
  const taken = start.reduce((sum, part) => sum + (typeof part === 'string' ? part : part.text).length, 0);
  const isBeside = columns >= wide && notes.length > 0;
  const room = isBeside && columns < Infinity ? besideNotes - 2 : columns - taken;
  const last = subjects.at(-1) ?? '';
  const subject = subjects.find((text) => text.length <= room) ?? `${last.slice(0, Math.max(room - 1, kept))}…`;
  if (notes.length === 0) {
    const aside = asides.find((text) => subject.length + 2 + text.length <= room) ?? '';
    const gap = (columns === Infinity ? besideNotes + aside.length : room) - subject.length;
    return [[...start, subject, style.faint(aside === '' ? '' : aside.padStart(Math.max(gap, aside.length + 2)))]];
  }
  const indent = isBeside ? taken + besideNotes : columns < narrow ? 2 : 10;
  const width = columns - indent;
  const joined = notes.join(' · ');
  const lines = (joined.length <= width ? [joined] : notes).flatMap((note) =>
    wrapped(note, note.length > width ? width - 2 : width).map((part, index) => [
      ' '.repeat(index === 0 ? indent : indent + 2),
      colored(part, colorOf),
    ]),
  );
  if (!isBeside) return [[...start, subject], ...lines];
  const [[, first = ''] = [], ...others] = lines;
  return [[...start, subject.padEnd(Math.max(besideNotes, subject.length + 2)), first], ...others];
}

/** How long something took, such as `<1 ms`. */
export function tookText(milliseconds: number): string {
  return `${Math.round(milliseconds) || '<1'} ms`;
}

/** About a request: `01:45:26  422     7 ms  POST  /v1/users  email: must be an email address`. */
export function requestLines(request: RecordedRequest, columns = Infinity): readonly Line[] {
  const { method, target, received_at: at, state, status, duration, remaining } = request;
  const shortest = target.replace(/\?.*/, '?…');
  return logLines(
    {
      ...{ at, ended: String(status ?? state), kind: method, notes: reasonsOf(request), asides: [`${remaining} left`] },
      colorOf: isCorrupted(request) ? 400 : state === 'cut' ? undefined : status,
      duration: Number(duration), // A request that has ended has one.
      subjects: [target, target.replace(/^([^?]*\?[^&]*)&.*/, '$1…'), shortest, shortest.replace(/^\/v1(?=\/)/, '')],
    },
    columns,
  );
}

/** About an attempt to deliver an event: `01:45:27  500    12 ms  →  user.created Ada  http://…/bad: database is locked`. */
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
  const answer = answerOf(attempt);
  const end = state === 'failed' ? 'failed, no attempts left' : `retry in ${durationText(delay)}`;
  const isShort = path.length < 2 || place.length + answer.length + end.length <= columns - 15;
  const to = columns >= wide ? url : isShort ? place : path;
  const notes = state === 'delivered' ? [] : [`${to}: ${answer}`, end];
  const subjects = [`${event} ${subjectOf(delivery)}`.trim()];
  const asides = [url, place, path];
  const ended = { ended: String(status ?? 'no response'), colorOf: status };
  return logLines({ at, ...ended, duration, kind: '→', subjects, kept: event.length, notes, asides }, columns);
}

/** A status in its color: that of a failure if there is none. */
export function colored(text: string, status: number | undefined): Styled {
  if (status === undefined || status >= 500) return style.red(text);
  if (status === 429) return style.magenta(text);
  return status >= 400 ? style.yellow(text) : style.green(text);
}
