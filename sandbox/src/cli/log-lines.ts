import type { RecordedRequest } from '../state/recorded-request.ts';
import { answerOf, reasonOf, subjectOf } from '../state/reasons.ts';
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

/** Characters before the subject, and of the time after it. */
const [before, time] = ['HH:MM:SS  200  POST  '.length, '  1234 ms'.length];

/** Below it, what there is to say gets a line of its own. */
const wideEnough = 80;

/** Lines in columns that fit the width of a terminal: in a wide one, the subject gets a quarter of what is left, and eight. */
export function logLines({ at, status, kind, subject, duration, note }: LogRow, columns = Infinity): readonly Line[] {
  const isNarrow = columns < wideEnough;
  const room = Math.max(columns - before - time - (isNarrow ? 0 : 2), 0);
  const wide = isNarrow ? Math.max(room, 12) : Math.min(Math.max(Math.floor(room / 4) + 8, 12), 40);
  const what = `${kind.padEnd(4)}  ${subject}`;
  const took = duration === undefined ? '' : `${Math.round(duration)} ms`;
  const line = [
    style.faint(at.slice(11, 19)),
    '  ',
    colored(String(status ?? '–').padStart(3), status),
    '  ',
    (columns === Infinity ? what : cutInside(what, wide + 6)).padEnd(wide + 6),
    '  ',
    style.faint(took.padStart(7)),
  ];
  if (note === '') return [line];
  if (isNarrow) return [line, ['          ', style.faint(cutEnd(note, columns - 10))]];
  return [[...line, '  ', style.faint(cutEnd(note, room - wide))]];
}

/** About a request: `01:45:26  422  POST  /v1/users  7 ms  email: must be an email address`. */
export function requestLines(request: RecordedRequest, columns?: number): readonly Line[] {
  const { method, target, received_at: at, status, duration } = request;
  return logLines({ at, status, kind: method, subject: target, duration, note: noteOf(request, columns) }, columns);
}

/** Why it ended as it did. If there is nothing to say, and room on the line, how many are left. */
function noteOf(request: RecordedRequest, columns = Infinity): string {
  const { remaining } = request;
  return reasonOf(request) || (remaining === undefined || columns < wideEnough ? '' : `${remaining} left`);
}

/** About an attempt to deliver an event: `01:45:27  500  →  user.created Ada  12 ms  next attempt in 5 s, del_123`, and why it failed. */
export function attemptLines(
  delivery: Pick<DeliveryRecord, 'id' | 'event' | 'body' | 'status' | 'due'>,
  attempt: Pick<Attempt, 'at' | 'duration' | 'status' | 'error' | 'responseBody'>,
  columns = Infinity,
): readonly Line[] {
  const { id, event, status: state, due } = delivery;
  const { at, duration, status } = attempt;
  const seconds = due === undefined ? 0 : Math.ceil(Math.max(due - Date.parse(at), 0) / 1000);
  const next = { pending: [`next attempt in ${seconds} s`], failed: ['no attempt left'], delivered: [] }[state];
  const reason = state === 'delivered' ? '' : answerOf(attempt);
  const subject = `${event} ${subjectOf(delivery)}`.trim();
  const lines = logLines({ at, status, kind: '→', subject, duration, note: [...next, id].join(', ') }, columns);
  return reason === '' ? lines : [...lines, ['          ', style.faint(cutEnd(`← ${reason}`, columns - 10))]];
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
