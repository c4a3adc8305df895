import type { RecordedRequest } from '../state/recorded-request.ts';
import { answerOf, reasonOf, subjectOf } from '../state/reasons.ts';
import type { Attempt, DeliveryRecord } from '../storage/records.ts';
import { type Line, style, type Styled, wrapped } from './terminal.ts';

/** What a line shows, in the order of its columns. The kind is a method, or `→` for what was sent. */
interface LogRow {
  readonly at: string;
  readonly status: number | undefined;
  readonly kind: string;
  readonly subject: string;
  readonly duration: number;
  /** Why it ended as it did. */
  readonly note: string;
  /** What to say if there is no note, and room. */
  readonly aside?: string;
}

/** Characters before the subject, and of the time after it. */
const [before, time] = ['HH:MM:SS  200  POST  '.length, '  1234 ms'.length];

/** Characters before a note that has lines of its own. */
const indent = 10;

/** Lines in columns that fit the width of a terminal. A note that does not fit gets lines of its own. */
function logLines(row: LogRow, columns = Infinity): readonly Line[] {
  const { at, status, kind, subject, duration, note, aside = '' } = row;
  const room = Math.max(columns - before - time, 10);
  // In a wide terminal, notes stand below each other.
  const wide = Math.min(room, Math.max(Math.floor(room / 4) + 10, 20), 40);
  const what = `${kind.padEnd(4)}  ${subject}`;
  const line = [
    style.faint(at.slice(11, 19)),
    '  ',
    colored(String(status ?? '–').padStart(3), status),
    '  ',
    (columns === Infinity ? what : cutInside(what, wide + 6)).padEnd(wide + 6),
    '  ',
    style.faint(`${Math.round(duration)} ms`.padStart(7)),
  ];
  const text = note === '' ? aside : note;
  if (text !== '' && text.length <= room - wide - 2) return [[...line, '  ', style.faint(text)]];
  return [line, ...wrapped(note, columns - indent).map((part) => [' '.repeat(indent), style.faint(part)])];
}

/** About a request: `01:45:26  422  POST  /v1/users  7 ms  email: must be an email address`. */
export function requestLines(request: RecordedRequest, columns?: number): readonly Line[] {
  const { method, target, received_at: at, status, duration, remaining } = request;
  // A request that has ended has both.
  const ended = { duration: Number(duration), aside: `${remaining} left` };
  return logLines({ at, status, kind: method, subject: target, note: reasonOf(request), ...ended }, columns);
}

/** About an attempt to deliver an event: `01:45:27  500  →  user.created Ada  12 ms  http://…/bad: database is locked`. */
export function attemptLines(
  delivery: Pick<DeliveryRecord, 'event' | 'body' | 'status' | 'due'>,
  attempt: Pick<Attempt, 'at' | 'duration' | 'status' | 'error' | 'responseBody'>,
  url: string,
  columns?: number,
): readonly Line[] {
  const { event, status: state, due } = delivery;
  const { at, duration, status } = attempt;
  const seconds = due === undefined ? 0 : Math.ceil(Math.max(due - Date.parse(at), 0) / 1000);
  const notes = {
    delivered: url,
    pending: `${url}: ${answerOf(attempt)} · next attempt in ${seconds} s`,
    failed: `${url}: ${answerOf(attempt)} · failed, no attempt left`,
  };
  const subject = `${event} ${subjectOf(delivery)}`.trim();
  return logLines({ at, status, kind: '→', subject, duration, note: notes[state] }, columns);
}

/** A status in its color: that of a failure if there is none. */
export function colored(text: string, status: number | undefined): Styled {
  if (status === undefined || status >= 500) return style.red(text);
  if (status === 429) return style.magenta(text);
  return status >= 400 ? style.yellow(text) : style.green(text);
}

/** Cuts a text that is too long in the middle, so that its query can be read. */
function cutInside(text: string, length: number): string {
  const head = Math.floor(length * 0.45);
  return text.length <= length ? text : `${text.slice(0, head)}…${text.slice(head + 1 - length)}`;
}
