import type { RecordedRequest } from '../state/recorded-request.ts';
import { answerOf, isOnPurpose, reasonOf, subjectOf } from '../state/reasons.ts';
import type { Attempt, DeliveryRecord } from '../storage/record-types.ts';
import { durationText, latencyText } from '../utils/clock.ts';
import { type Line, style, type Styled, wrapped } from './terminal.ts';

/** What a line shows, in the order of its columns. */
interface LogEntry {
  readonly at: string;
  /** The status, or a word if there is none. */
  readonly ended: Styled;
  readonly duration: number;
  /** A method, or `→` for what was sent. */
  readonly kind: string;
  /** If it does not fit, its end is cut. */
  readonly subject: string;
  /** Why it ended as it did. It is never cut. */
  readonly note: Styled;
}

/** Terminals with fewer columns don't show durations. */
const narrow = 60;

/** What belongs to the line above is indented. */
export const indent = ' '.repeat(10);

/** A line, and its note below it. In a pipe, which has no columns, the note is at its end, so that a search finds both. */
function logLines({ at, ended, duration, kind, subject, note }: LogEntry, columns = Infinity): readonly Line[] {
  const time = new Date(at).toTimeString().slice(0, 8);
  const took = /^\d/.test(ended.text) ? latencyText(duration) : '';
  const column = columns < narrow ? '' : took.padStart(12 - ended.text.length);
  const start = [style.faint(time), '  ', ended, style.faint(column), `  ${kind.padEnd(4)}  `];
  const room = columns - time.length - 2 - ended.text.length - column.length - 8;
  const shown = subject.length <= room ? subject : `${subject.slice(0, room - 1)}…`;
  if (note.text === '') return [[...start, shown]];
  if (columns === Infinity) return [[...start, shown, '  ', note]];
  const below = wrapped(note.text, columns - indent.length);
  return [[...start, shown], ...below.map((text) => [indent, { ...note, text }])];
}

/** About a request: `01:45:26  422     7 ms  POST  /v1/users`, and `email: must be an email address`. */
export function requestLines(request: RecordedRequest, columns?: number): readonly Line[] {
  const { method: kind, target: subject, received_at: at, state, status } = request;
  const color = isOnPurpose(request) ? 400 : status;
  const ended = colored(String(status ?? state), color);
  // A request that has ended has a duration.
  const duration = Number(request.duration);
  return logLines({ at, ended, duration, kind, subject, note: colored(reasonOf(request), color) }, columns);
}

/** About an attempt to deliver an event: `01:45:27  500    12 ms  →     user.created Ada`, and `http://…: locked`. */
export function attemptLines(
  delivery: Pick<DeliveryRecord, 'event' | 'body' | 'status' | 'due'>,
  attempt: Pick<Attempt, 'at' | 'duration' | 'status' | 'error' | 'responseBody'>,
  url: string,
  columns?: number,
): readonly Line[] {
  const { at, duration, status } = attempt;
  const { due = 0 } = delivery;
  const delay = Math.ceil(Math.max(due - Date.parse(at), 0) / 1000) * 1000;
  const next = delivery.status === 'failed' ? 'no attempts left' : `retry in ${durationText(delay)}`;
  const why = [answerOf(attempt), next].filter(Boolean).join(', ');
  const note = delivery.status === 'delivered' ? style.faint(url) : colored(`${url}: ${why}`, status);
  const subject = `${delivery.event} ${subjectOf(delivery)}`.trim();
  return logLines(
    { at, ended: colored(String(status ?? 'no response'), status), duration, kind: '→', subject, note },
    columns,
  );
}

/** A status in its color: that of a failure if there is none. */
export function colored(text: string, status: number | undefined): Styled {
  if (status === undefined || status >= 500) return style.red(text);
  if (status === 429) return style.magenta(text);
  return status >= 400 ? style.yellow(text) : style.green(text);
}
