import { signWebhook } from '@example/sdk/webhooks';
import type { Attempt, DeliveryRecord, EndpointRecord } from '../storage/records.ts';
import { timestamp } from '../utils/clock.ts';

/** Bytes of a response that are read, and that are kept. */
const maxRead = 65_536;
const maxKept = 2000;

/** The request of an attempt. */
interface DeliveryRequest {
  readonly method: 'POST';
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

export interface AttemptOptions {
  readonly fetch: (url: string, request: DeliveryRequest) => Promise<Response>;
  /** Time limit for the whole attempt, in milliseconds. */
  readonly timeout: number;
  readonly now: () => number;
  /** Aborts the attempt. */
  readonly signal?: AbortSignal | undefined;
}

/** Sends a delivery once. A failure is part of the result. */
export async function attempt(
  endpoint: EndpointRecord,
  delivery: Pick<DeliveryRecord, 'message' | 'body'>,
  { fetch, timeout, now, signal: ending }: AttemptOptions,
): Promise<Attempt> {
  const time = now();
  const begin = performance.now();
  const { previous, secret, url } = endpoint;
  const signature = await signWebhook({
    id: delivery.message,
    timestamp: Math.floor(time / 1000),
    body: delivery.body,
    secret: previous !== undefined && time < previous.until ? [secret, previous.secret] : secret,
  });
  const requestHeaders = { 'content-type': 'application/json', 'user-agent': 'example-sandbox', ...signature };

  const answer = await send(url, delivery.body, requestHeaders, { fetch, timeout, signal: ending });
  return { at: timestamp(time), duration: Math.round(performance.now() - begin), requestHeaders, ...answer };
}

/** Sends the request of an attempt. A failure is part of the result. */
export async function send(
  url: string,
  body: string,
  headers: Record<string, string>,
  { fetch, timeout, signal: ending }: Pick<AttemptOptions, 'fetch' | 'timeout' | 'signal'>,
): Promise<Pick<Attempt, 'status' | 'responseHeaders' | 'responseBody' | 'error'>> {
  // Not AbortSignal.timeout, which fake timers can't reach.
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException('The receiver took too long.', 'TimeoutError')), timeout);
  const signal = ending === undefined ? limit.signal : AbortSignal.any([limit.signal, ending]);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers,
      // Events go only to the registered URL.
      redirect: 'manual',
      signal,
    });
    return {
      status: response.status,
      responseHeaders: Object.fromEntries(response.headers),
      responseBody: await start(response, signal),
    };
  } catch (error) {
    return { error: reason(error, timeout) };
  } finally {
    clearTimeout(timer);
  }
}

/** Reads only the start of the body, so that a receiver can't fill the memory. */
async function start(response: Response, signal: AbortSignal): Promise<string> {
  // Not the start of the whole text, which would keep all of it in memory.
  const kept = new Uint8Array(maxKept);
  let size = 0;
  for await (const chunk of response.body ?? []) {
    signal.throwIfAborted();
    if (size < maxKept) kept.set(chunk.subarray(0, maxKept - size), size);
    size += chunk.byteLength;
    if (size > maxRead) break;
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
