import { signWebhook } from '@example/sdk/webhooks';
import type { Attempt, DeliveryRecord, EndpointRecord } from '../storage/record-types.ts';
import { timestamp } from '../utils/clock.ts';

/** Bytes of a response that are kept. */
const maxKept = 2000;

export interface AttemptOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Time limit for the whole attempt, in milliseconds. */
  readonly timeout: number;
  readonly now: () => number;
  /** Aborts the attempt. */
  readonly signal: AbortSignal;
}

/** Sends a delivery once. A failure is part of the result. */
export async function attempt(
  { secret, url }: EndpointRecord,
  { message: id, body }: Pick<DeliveryRecord, 'message' | 'body'>,
  { fetch, timeout, now, signal: ending }: AttemptOptions,
): Promise<Attempt> {
  const time = now();
  const begin = performance.now();
  const signature = await signWebhook({ id, timestamp: Math.floor(time / 1000), body, secret });
  const headers = { 'content-type': 'application/json', 'user-agent': 'example-sandbox', ...signature };
  const made = () => ({
    at: timestamp(time),
    duration: Math.round(performance.now() - begin),
    requestHeaders: headers,
  });

  // Not AbortSignal.timeout, which fake timers can't reach.
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException('The receiver took too long.', 'TimeoutError')), timeout);
  const signal = AbortSignal.any([limit.signal, ending]);
  try {
    // Events go only to the registered URL.
    const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal });
    const { status } = response;
    const responseBody = await start(response, signal);
    return { ...made(), status, responseHeaders: Object.fromEntries(response.headers), responseBody };
  } catch (error) {
    return { ...made(), error: reason(error, timeout) };
  } finally {
    clearTimeout(timer);
  }
}

/** The delay that a receiver asked for, in milliseconds. At most an hour, so that it can't postpone events forever. */
export function retryAfterOf({ responseHeaders }: Attempt): number {
  const seconds = Number(responseHeaders?.['retry-after'] ?? 0);
  return seconds > 0 ? Math.min(seconds, 3600) * 1000 : 0;
}

/** Reads only the start of the body, so that a receiver can't fill the memory. */
async function start(response: Response, signal: AbortSignal): Promise<string> {
  // Not the start of the whole text, which would keep all of it in memory.
  const kept = new Uint8Array(maxKept);
  let size = 0;
  for await (const chunk of response.body ?? []) {
    signal.throwIfAborted();
    kept.set(chunk.subarray(0, maxKept - size), size);
    size += chunk.byteLength;
    if (size > maxKept) break;
  }
  // As part of a stream, which may end within a character.
  const text = new TextDecoder().decode(kept.subarray(0, size), { stream: true });
  return size > maxKept ? `${text}…` : text;
}

function reason(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `No response within ${timeout / 1000} s.`;
  // Node.js reports "fetch failed" and has the reason in the cause.
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
