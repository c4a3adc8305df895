import type { MiddlewareHandler } from 'hono';
import type { Env } from './exchange.ts';
import { Failure } from './failure.ts';
import type { Services } from './services.ts';

/** Counts every request of a known token, whatever becomes of it, and refuses those past the limit. */
export function rateLimiting({ windows, clock }: Services): MiddlewareHandler<Env> {
  return async (context, next) => {
    const token = context.get('token');
    const time = clock.now();
    if (token !== undefined && windows.take(token.id, time) === undefined) {
      const wait = Math.ceil((windows.standing(token.id, time).reset - time) / 1000);
      throw new Failure(429, 'rate_limit_exceeded', `Too many requests. Try again in ${wait} s.`, {
        headers: { 'Retry-After': String(wait) },
      });
    }
    await next();
  };
}
