import { signWebhook } from '@example/sdk/webhooks';
import { timestamp } from '../timestamp.ts';
import type { Attempt, DeliveryRecord, EndpointRecord } from './records.ts';

/** Bytes of an answer that are read, and characters that are kept. */
const MAX_READ = 65_536;
const MAX_KEPT = 2000;

export interface AttemptOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds for the whole attempt. */
  readonly timeout: number;
  readonly now: () => number;
  /** Ends the attempt early. */
  readonly signal?: AbortSignal | undefined;
}

/** Sends a delivery once. What goes wrong is part of the result. */
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

  let answer: Pick<Attempt, 'status' | 'responseHeaders' | 'responseBody' | 'error'>;
  try {
    const limit = AbortSignal.timeout(timeout);
    const signal = ending === undefined ? limit : AbortSignal.any([limit, ending]);
    const response = await fetch(url, {
      method: 'POST',
      body: delivery.body,
      headers: requestHeaders,
      // An event belongs to the URL that was registered.
      redirect: 'manual',
      signal,
    });
    answer = {
      status: response.status,
      responseHeaders: Object.fromEntries(response.headers),
      responseBody: await start(response, signal),
    };
  } catch (error) {
    answer = { error: reason(error, timeout) };
  }
  return { at: timestamp(time), duration: Math.round(performance.now() - begin), requestHeaders, ...answer };
}

/** The start of the body. The rest is not read: a receiver must not fill the sender's memory. */
async function start(response: Response, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body ?? []) {
    signal.throwIfAborted();
    text += decoder.decode(chunk, { stream: true });
    size += chunk.byteLength;
    if (size > MAX_READ) break;
  }
  return text.length > MAX_KEPT ? `${text.slice(0, MAX_KEPT)}…` : text;
}

function reason(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `No answer within ${timeout / 1000} s.`;
  // Node says "fetch failed" and hides the why below it.
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
