import type { RecordedRequest } from '../state/recorded-request.ts';
import { answerOf, isCorrupted, reasonsOf, subjectOf } from '../state/reasons.ts';
import type { Attempt, DeliveryRecord } from '../storage/records.ts';
import { durationText } from '../utils/clock.ts';
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

/** Below these widths, lines are denser and have no durations, or the URLs of webhooks have no `http://`. */
const [narrow, wide] = [60, 100];

/** Lines in columns that fit the width of a terminal. */
function logLines(row: LogRow, columns = Infinity): readonly Line[] {
  const { at, status, colorOf = status, duration, kind, subjects, kept = 0, notes, asides = [] } = row;
  const gap = columns < narrow ? ' ' : '  ';
  const start = [
    style.faint(at.slice(11, 19)),
    gap,
    colored(String(status ?? '–').padStart(3), colorOf),
    ...(columns < narrow ? [] : [style.faint(`${Math.round(duration)} ms`.padStart(9))]),
    `${gap}${kind.padEnd(4)}${gap}`,
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
    const middle = room < 60 ? 20 : Math.min(Math.floor(room / 2), 42);
    const column = [middle, 20].find((each) => each + fitting.length <= room);
    return [[...start, subject.padEnd(Math.max(column ?? 0, subject.length + 2)), told(fitting)]];
  }
  const indent = columns < narrow ? 2 : 10;
  const width = columns - indent;
  const lines = (notes.length > 0 && joined.length <= width ? [joined] : notes).flatMap((note) =>
    wrapped(note, note.length > width ? width - 2 : width).map((part, index) => [
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
  return logLines({ at, status, duration, kind: '→', subjects, kept: event.length, notes, asides }, columns);
}

/** A status in its color: that of a failure if there is none. */
export function colored(text: string, status: number | undefined): Styled {
  if (status === undefined || status >= 500) return style.red(text);
  if (status === 429) return style.magenta(text);
  return status >= 400 ? style.yellow(text) : style.green(text);
}
