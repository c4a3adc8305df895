import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { Failure } from '../http/failure.ts';
import type { Recording } from '../state/recorded-request.ts';
import type { Services } from '../state/services.ts';
import type { TokenRecord } from '../storage/record-types.ts';

/** The variables that the middleware of one request shares. */
export interface Env {
  Variables: {
    /** The request's record in the log. */
    record: Recording;
    /** The request's token, once it is known. */
    token: TokenRecord | undefined;
    /** How a fault breaks the connection. */
    broken: 'reset' | 'cut' | undefined;
  };
}

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
    headers.set('X-Request-Id', context.get('record').id);
    headers.set('Date', new Date(time).toUTCString());
    headers.set('Cache-Control', 'no-store');
    headers.set('X-RateLimit-Limit', String(limit));
    headers.set('X-RateLimit-Remaining', String(remaining));
    // Rounded up, so that a client that waits until then is never too early.
    headers.set('X-RateLimit-Reset', String(Math.ceil(reset / 1000)));
  };
}

const credentials = /^bearer +([\w.~+/-]+=*)$/i;

/** Accepts requests that carry a known API token. */
export function authentication({ tokens }: Services): MiddlewareHandler<Env> {
  return async (context, next) => {
    const header = context.req.header('Authorization');
    if (header === undefined) {
      throw unauthorized('Bearer', 'The API token is missing. Send it as Authorization: Bearer <token>.');
    }
    const token = credentials.exec(header)?.[1];
    const record = token === undefined ? undefined : tokens.find(token);
    if (record === undefined) {
      throw unauthorized('Bearer error="invalid_token"', 'The API token is unknown or revoked.');
    }
    context.set('token', record);
    context.get('record').token = record.id;
    await next();
  };
}

function unauthorized(challenge: string, message: string): Failure {
  return new Failure(401, 'unauthorized', message, { headers: { 'WWW-Authenticate': challenge } });
}

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
