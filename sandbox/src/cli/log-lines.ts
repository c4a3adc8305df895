import type { RecordedRequest } from '../state/recorded-request.ts';
import type { Attempt, DeliveryRecord } from '../storage/records.ts';
import { type Line, style, type Styled } from './terminal.ts';

/** What a line needs of a request. */
export type LoggedRequest = Pick<RecordedRequest, 'id' | 'method' | 'target' | 'received_at' | 'state'> &
  Partial<Pick<RecordedRequest, 'status' | 'duration' | 'remaining' | 'fault'>>;

/** One line about a request: `12:00:01 GET  /v1/projects → 200  3 ms  99 left  req_…`. */
export function requestLine(request: LoggedRequest): Line {
  const { id, method, target, received_at, state, status, duration, remaining, fault } = request;
  const result = state === 'completed' ? String(status ?? '') : state;
  return spaced(
    style.faint(received_at.slice(11, 19)),
    method.padEnd(4),
    target,
    '→',
    colored(result, state === 'completed' ? status : undefined),
    ...(duration === undefined ? [] : [style.faint(`${Math.round(duration)} ms`)]),
    ...(remaining === undefined ? [] : [style.faint(`${remaining} left`)]),
    ...(fault === undefined ? [] : [style.yellow(`fault ${fault.id}`)]),
    style.faint(id),
  );
}

/** One line about an attempt to deliver an event: `12:00:01 user.created → http://… → 200  12 ms  del_123`. */
export function attemptLine(
  { id, event, status: deliveryStatus, due }: Pick<DeliveryRecord, 'id' | 'event' | 'status' | 'due'>,
  { at, duration, status, error }: Pick<Attempt, 'at' | 'duration' | 'status' | 'error'>,
): Line {
  const next = deliveryStatus === 'pending' && due !== undefined ? Math.max(due - Date.parse(at), 0) : undefined;
  return spaced(
    style.faint(at.slice(11, 19)),
    event,
    '→',
    colored(status === undefined ? (error ?? 'no response') : String(status), status),
    style.faint(`${duration} ms`),
    ...(next === undefined ? [] : [style.yellow(`next attempt in ${Math.ceil(next / 1000)} s`)]),
    ...(deliveryStatus === 'failed' ? [style.red('failed')] : []),
    style.faint(id),
  );
}

/** A response's status, or what happened instead, in a color. */
export function colored(text: string, status: number | undefined): Styled {
  if (status === undefined || status >= 500) return style.red(text);
  return status >= 400 ? style.yellow(text) : style.green(text);
}

/** The parts with a space between each two. */
function spaced(...parts: Line): Line {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [' ', part]));
}
