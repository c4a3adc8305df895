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

/** Characters of the kind and the subject, so that what follows stands in columns unless they are longer. */
const wide = 46;

/** A line in columns. */
export function logLine({ at, status, kind, subject, duration, note }: LogRow): Line {
  const took = duration === undefined ? '' : `${Math.round(duration)} ms`;
  return [
    style.faint(at.slice(11, 19)),
    '  ',
    colored(String(status ?? '–').padStart(3), status),
    '  ',
    `${kind.padEnd(4)}  ${subject}`.padEnd(wide),
    '  ',
    style.faint(took.padStart(7)),
    ...(note === '' ? [] : ['  ', style.faint(note)]),
  ];
}

/** About a request: `01:45:26  422  POST  /v1/users  7 ms  email: must be an email address`. */
export function requestLine(request: RecordedRequest): Line {
  const { method, target, received_at: at, status, duration, remaining } = request;
  // Why it ended as it did, or how many are left.
  const note = reasonOf(request) || (remaining === undefined ? '' : `${remaining} left`);
  return logLine({ at, status, kind: method, subject: target, duration, note });
}

/** About an attempt to deliver an event: `01:45:27  500  →  user.created Ada  12 ms  next attempt in 5 s, del_123`, and why it failed. */
export function attemptLines(
  delivery: Pick<DeliveryRecord, 'id' | 'event' | 'body' | 'status' | 'due'>,
  attempt: Pick<Attempt, 'at' | 'duration' | 'status' | 'error' | 'responseBody'>,
): readonly Line[] {
  const { id, event, status: state, due } = delivery;
  const { at, duration, status } = attempt;
  const seconds = due === undefined ? 0 : Math.ceil(Math.max(due - Date.parse(at), 0) / 1000);
  const next = { pending: [`next attempt in ${seconds} s`], failed: ['no attempt left'], delivered: [] }[state];
  const reason = state === 'delivered' ? '' : answerOf(attempt);
  const subject = `${event} ${subjectOf(delivery)}`.trim();
  const line = logLine({ at, status, kind: '→', subject, duration, note: [...next, id].join(', ') });
  return reason === '' ? [line] : [line, ['          ', style.faint(`← ${reason}`)]];
}

/** A status in its color: that of a failure if there is none. */
function colored(text: string, status: number | undefined): Styled {
  if (status === undefined || status >= 500) return style.red(text);
  if (status === 429) return style.magenta(text);
  return status >= 400 ? style.yellow(text) : style.green(text);
}
