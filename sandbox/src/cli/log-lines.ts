import type { RecordedRequest } from '../state/recorded-request.ts';
import { reasonOf } from '../state/reasons.ts';
import type { Attempt, DeliveryRecord } from '../storage/records.ts';
import { type Line, style, type Styled } from './terminal.ts';

/** What a line shows, in the order of its columns. The kind is a method, or `→` for what was sent. */
interface LogRow {
  readonly at: string;
  readonly status: number | undefined;
  readonly kind: string;
  readonly subject: string;
  readonly duration: number | undefined;
  readonly note: string;
}

/** Characters of the columns with a fixed width, and of the two spaces between all of them. */
const fixed = 'HH:MM:SS  200  POST  '.length + '  1234 ms  '.length;

/** Lines in columns that fit the width of a terminal: the subject gets a third of what is left, and the note the rest. */
export function logLine({ at, status, kind, subject, duration, note }: LogRow, columns = Infinity): Line {
  const room = Math.max(columns - fixed, 0);
  const wide = Math.min(Math.max(Math.floor(room * 0.35), 12), 40);
  const what = `${kind.padEnd(4)}  ${subject}`;
  const time = duration === undefined ? '' : `${Math.round(duration)} ms`;
  return [
    style.faint(at.slice(11, 19)),
    '  ',
    colored(String(status ?? '–').padStart(3), status),
    '  ',
    (columns === Infinity ? what : cutInside(what, wide + 6)).padEnd(wide + 6),
    '  ',
    style.faint(time.padStart(7)),
    ...(note === '' ? [] : ['  ', style.faint(cutEnd(note, room - wide))]),
  ];
}

/** One line about a request: `01:45:26  422  POST  /v1/users  7 ms  email: must be an email address`. */
export function requestLine(request: RecordedRequest, columns?: number): Line {
  const { method, target, received_at: at, status, duration } = request;
  return logLine({ at, status, kind: method, subject: target, duration, note: noteOf(request) }, columns);
}

/** Why it ended as it did. If there is nothing to say, how many are left. */
function noteOf(request: RecordedRequest): string {
  const { remaining } = request;
  return reasonOf(request) || (remaining === undefined ? '' : `${remaining} left`);
}

/** One line about an attempt to deliver an event: `01:45:27  500  →  user.created  12 ms  next attempt in 5 s, del_123`. */
export function attemptLine(
  { id, event, status: state, due }: Pick<DeliveryRecord, 'id' | 'event' | 'status' | 'due'>,
  { at, duration, status, error }: Pick<Attempt, 'at' | 'duration' | 'status' | 'error'>,
  columns?: number,
): Line {
  const seconds = due === undefined ? 0 : Math.ceil(Math.max(due - Date.parse(at), 0) / 1000);
  const next = { pending: [`next attempt in ${seconds} s`], failed: ['no attempt left'], delivered: [] }[state];
  const failure = status === undefined ? [error ?? 'no response'] : [];
  const note = [...failure, ...next, id].join(', ');
  return logLine({ at, status, kind: '→', subject: event, duration, note }, columns);
}

/** A status in its color: that of a failure if there is none. */
function colored(text: string, status: number | undefined): Styled {
  if (status === undefined || status >= 500) return style.red(text);
  if (status === 429) return style.magenta(text);
  return status >= 400 ? style.yellow(text) : style.green(text);
}

/** Cuts a text that is too long in the middle, so that its query can be read. */
function cutInside(text: string, length: number): string {
  const head = Math.floor(length * 0.45);
  return text.length <= length ? text : `${text.slice(0, head)}…${text.slice(head + 1 - length)}`;
}

function cutEnd(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(length - 1, 0))}…`;
}
