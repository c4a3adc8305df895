import type { RecordedRequest } from '../state/recorded-request.ts';
import { answerOf, isCorrupted, reasonsOf, subjectOf } from '../state/reasons.ts';
import type { Attempt, DeliveryRecord } from '../storage/records.ts';
import { type Line, style, type Styled, wrapped } from './terminal.ts';

/** What a line shows, in the order of its columns. The kind is a method, or `→` for what was sent. */
interface LogRow {
  readonly at: string;
  readonly status: number | undefined;
  /** Another status whose color it has. */
  readonly colorOf?: number | undefined;
  readonly duration: number;
  readonly kind: string;
  /** Texts of which the first that fits is shown. If none does, the end of the last one is cut. */
  readonly subjects: readonly string[];
  /** Characters of the last one that are never cut. */
  readonly kept?: number;
  /** Why it ended as it did. Where they don't fit, each has lines of its own. */
  readonly notes: readonly string[];
  /** What to say if there are no notes: the first text that fits. */
  readonly asides?: readonly string[];
}

/** Below these widths, lines have no durations and the paths of webhooks, or their URLs without `http://`. */
const [narrow, wide] = [60, 100];

/** Lines in columns that fit the width of a terminal. */
function logLines(row: LogRow, columns = Infinity): readonly Line[] {
  const { at, status, colorOf = status, duration, kind, subjects, kept = 0, notes, asides = [] } = row;
  const start = [
    style.faint(at.slice(11, 19)),
    '  ',
    colored(String(status ?? '–').padStart(3), colorOf),
    ...(columns < narrow ? [] : [style.faint(`${Math.round(duration)} ms`.padStart(9))]),
    `  ${kind.padEnd(4)}  `,
  ];
  const room = start.reduce((rest, part) => rest - (typeof part === 'string' ? part : part.text).length, columns);
  const last = subjects.at(-1) ?? '';
  const subject = subjects.find((text) => text.length <= room) ?? `${last.slice(0, Math.max(room - 1, kept))}…`;
  const joined = notes.join(' · ');
  const beside = notes.length > 0 ? [joined] : asides;
  const told = (text: string) => (notes.length > 0 ? colored(text, colorOf) : style.faint(text));
  const fitting = beside.find((text) => subject.length + 2 + text.length <= room);
  if (fitting !== undefined) {
    // They stand below each other, if there is room.
    const column = [Math.min(Math.max(Math.floor(room / 2), 30), 42), 20].find((each) => each + fitting.length <= room);
    return [[...start, subject.padEnd(Math.max(column ?? 0, subject.length + 2)), told(fitting)]];
  }
  const indent = columns < narrow ? 4 : 10;
  const lines = (notes.length > 0 && joined.length <= columns - indent - 2 ? [joined] : notes).flatMap((note) =>
    wrapped(note, columns - indent - 2).map((part, index) => [
      ' '.repeat(index === 0 ? indent : indent + 2),
      told(part),
    ]),
  );
  return [[...start, subject], ...lines];
}

/** About a request: `01:45:26  422     7 ms  POST  /v1/users  email: must be an email address`. */
export function requestLines(request: RecordedRequest, columns = Infinity): readonly Line[] {
  const { method, target, received_at: at, status, duration, remaining } = request;
  const shortest = target.replace(/\?.*/, '?…');
  return logLines(
    {
      ...{ at, status, kind: method, notes: reasonsOf(request), asides: [`${remaining} left`] },
      colorOf: isCorrupted(request) ? 400 : status,
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
  const seconds = due === undefined ? 0 : Math.ceil(Math.max(due - Date.parse(at), 0) / 1000);
  const place = url.replace(/^https?:\/\//, '');
  const path = place.replace(/^[^/]*/, '');
  const to = columns >= wide ? url : columns >= narrow || path.length < 2 ? place : path;
  const notes = {
    delivered: [],
    pending: [`${to}: ${answerOf(attempt)}`, `next attempt in ${seconds} s`],
    failed: [`${to}: ${answerOf(attempt)}`, 'failed, no attempts left'],
  }[state];
  const subjects = [`${event} ${subjectOf(delivery)}`.trim()];
  const asides = [url, place, path];
  return logLines({ at, status, duration, kind: '→', subjects, kept: event.length, notes, asides }, columns);
}

/** A status in its color: that of a failure if there is none. */
export function colored(text: string, status: number | undefined): Styled {
  if (status === undefined || status >= 500) return style.red(text);
  if (status === 429) return style.magenta(text);
  return status >= 400 ? style.yellow(text) : style.green(text);
}
