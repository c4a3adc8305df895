import type { Context, MiddlewareHandler } from 'hono';
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

/** Lets a page read a response. Pages that may not use the sandbox were refused before. */
export function shareWithPage({ req }: Context, headers: Headers): void {
  headers.append('Vary', 'Origin');
  const origin = req.header('Origin');
  if (origin === undefined) return;
  headers.set('Access-Control-Allow-Origin', origin);
  headers.set('Access-Control-Expose-Headers', exposedHeaders);
}

/** Sets the headers that every response has: `X-Request-Id`, `Date`, `X-RateLimit-*` and CORS. */
export function commonHeaders({ windows, clock }: Services): MiddlewareHandler<Env> {
  return async (context, next) => {
    await next();
    const time = clock.now();
    const { limit, remaining, reset } = context.get('rateLimit') ?? windows.status(context.get('token')?.id, time);
    const { headers } = context.res;
    headers.set('X-Request-Id', context.get('exchange').record.id);
    headers.set('Date', new Date(time).toUTCString());
    headers.set('Cache-Control', 'no-store');
    shareWithPage(context, headers);
    headers.set('X-RateLimit-Limit', String(limit));
    headers.set('X-RateLimit-Remaining', String(remaining));
    // Rounded up, so that a client that waits until then is never too early.
    headers.set('X-RateLimit-Reset', String(Math.ceil(reset / 1000)));
  };
}
