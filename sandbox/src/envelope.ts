import type { MiddlewareHandler } from 'hono';
import { BrokenConnection } from './broken-connection.ts';
import type { Env } from './exchange.ts';
import type { RateStanding } from './rate-windows.ts';
import type { Services } from './services.ts';

/** Headers that a browser would otherwise hide from the page. */
const EXPOSED = [
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

/** What every response carries, whatever it is: `X-Request-Id`, `Date`, `X-RateLimit-*` and CORS headers. */
export function envelope({ log, windows, clock }: Services): MiddlewareHandler<Env> {
  return async (context, next) => {
    const begin = performance.now();
    const entry = log.open(`req_${crypto.randomUUID().replaceAll('-', '')}`, context.req.raw, clock.now());
    context.set('entry', entry);

    await next();

    const time = clock.now();
    const standing = context.get('standing') ?? windows.standing(context.get('token')?.id, time);
    const { headers } = context.res;
    headers.set('X-Request-Id', entry.id);
    headers.set('Date', new Date(time).toUTCString());
    headers.set('Cache-Control', 'no-store');
    headers.set('Access-Control-Allow-Origin', '*');
    headers.set('Access-Control-Expose-Headers', EXPOSED);
    setRateLimit(headers, standing);

    const broken = context.get('broken');
    if (broken !== 'reset') entry.status = context.res.status;
    entry.remaining = standing.remaining;
    entry.duration = performance.now() - begin;
    log.close(entry);
    if (broken !== undefined) throw new BrokenConnection(broken === 'cut' ? context.res : undefined);
  };
}

function setRateLimit(headers: Headers, standing: RateStanding): void {
  headers.set('X-RateLimit-Limit', String(standing.limit));
  headers.set('X-RateLimit-Remaining', String(standing.remaining));
  // Rounded up: who waits until then is never too early.
  headers.set('X-RateLimit-Reset', String(Math.ceil(standing.reset / 1000)));
}
