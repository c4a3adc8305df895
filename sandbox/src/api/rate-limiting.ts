import type { MiddlewareHandler } from 'hono';
import { Failure } from '../http/failure.ts';
import type { Services } from '../state/services.ts';
import type { Env } from './request-context.ts';

/** Counts every authenticated request, and refuses requests over the limit. */
export function rateLimiting({ windows, clock }: Services): MiddlewareHandler<Env> {
  return async (context, next) => {
    const token = context.get('token');
    const time = clock.now();
    if (token !== undefined && !windows.take(token.id, time)) {
      const wait = Math.ceil((windows.status(token.id, time).reset - time) / 1000);
      throw new Failure(429, 'rate_limit_exceeded', `Too many requests. Try again in ${wait} s.`, {
        headers: { 'Retry-After': String(wait) },
      });
    }
    await next();
  };
}
