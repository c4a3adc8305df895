import type { MiddlewareHandler } from 'hono';
import { Failure } from './failure.ts';

/**
 * Keeps pages of other sites from changing the state. Browsers send the origin of a request; other clients send none and
 * are trusted.
 */
export const sameOriginOnly: MiddlewareHandler = async (context, next) => {
  const { method, url } = context.req;
  const site = context.req.header('Sec-Fetch-Site');
  const origin = context.req.header('Origin');
  const foreign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && origin !== new URL(url).origin);
  if (foreign && method !== 'GET' && method !== 'HEAD') {
    throw new Failure(403, 'forbidden', 'The request comes from a page of another site.');
  }
  await next();
};
