import type { MiddlewareHandler } from 'hono';
import { BrokenConnection } from '../http/broken-connection.ts';
import type { RateLimitStatus } from '../state/rate-windows.ts';
import type { Services } from '../state/services.ts';
import type { Env } from './request-context.ts';

/** Response headers that browsers would otherwise hide from pages. */
const exposedHeaders = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'Retry-After',
  'X-Request-Id',
  'Date',
  'Location',
  'Allow',
  'Idempotent-Replayed',
].join(', ');

/** Logs each request, and sets the headers that every response has: `X-Request-Id`, `Date`, `X-RateLimit-*` and CORS. */
export function requestLifecycle({ log, windows, clock }: Services): MiddlewareHandler<Env> {
  return async (context, next) => {
    const begin = performance.now();
    const entry = log.open(`req_${crypto.randomUUID().replaceAll('-', '')}`, context.req.raw, clock.now());
    context.set('entry', entry);

    await next();

    const time = clock.now();
    const status = context.get('rateLimit') ?? windows.status(context.get('token')?.id, time);
    const { headers } = context.res;
    headers.set('X-Request-Id', entry.id);
    headers.set('Date', new Date(time).toUTCString());
    headers.set('Cache-Control', 'no-store');
    headers.set('Access-Control-Allow-Origin', '*');
    headers.set('Access-Control-Expose-Headers', exposedHeaders);
    setRateLimit(headers, status);

    const broken = context.get('broken');
    if (broken !== 'reset') entry.status = context.res.status;
    entry.remaining = status.remaining;
    entry.duration = performance.now() - begin;
    log.close(entry);
    if (broken !== undefined) throw new BrokenConnection(broken === 'cut' ? context.res : undefined);
  };
}

function setRateLimit(headers: Headers, status: RateLimitStatus): void {
  headers.set('X-RateLimit-Limit', String(status.limit));
  headers.set('X-RateLimit-Remaining', String(status.remaining));
  // Rounded up, so that a client that waits until then is never too early.
  headers.set('X-RateLimit-Reset', String(Math.ceil(status.reset / 1000)));
}
