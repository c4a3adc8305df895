import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { Services } from '../state/services.ts';
import type { Env } from './request-context.ts';

/**
 * Lets pages send requests and read the responses. Pages that may not use the sandbox were refused before. A preflight
 * request needs no token and uses no budget.
 */
export const shareWithPages = cors({
  // The origin itself: `*` would exclude the header Authorization.
  origin: (origin) => origin,
  allowMethods: ['GET', 'HEAD', 'POST'],
  exposeHeaders: [
    'X-RateLimit-Limit',
    'X-RateLimit-Remaining',
    'X-RateLimit-Reset',
    'Retry-After',
    'X-Request-Id',
    'Date',
    'Location',
    'Allow',
    'Idempotent-Replayed',
  ],
  maxAge: 7200,
});

/** Sets the headers that every response has: `X-Request-Id`, `Date` and `X-RateLimit-*`. */
export function commonHeaders({ windows, clock }: Services): MiddlewareHandler<Env> {
  return async (context, next) => {
    await next();
    const time = clock.now();
    const { limit, remaining, reset } = windows.status(context.get('token')?.id, time);
    const { headers } = context.res;
    headers.set('X-Request-Id', context.get('exchange').record.id);
    headers.set('Date', new Date(time).toUTCString());
    headers.set('Cache-Control', 'no-store');
    headers.set('X-RateLimit-Limit', String(limit));
    headers.set('X-RateLimit-Remaining', String(remaining));
    // Rounded up, so that a client that waits until then is never too early.
    headers.set('X-RateLimit-Reset', String(Math.ceil(reset / 1000)));
  };
}
