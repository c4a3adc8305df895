import type { MiddlewareHandler } from 'hono';
import { Failure } from './failure.ts';

/**
 * Keeps pages of other sites from changing anything. A browser says where a request comes from; what is no browser
 * says nothing, and may pass.
 */
export const ownPagesOnly: MiddlewareHandler = async (context, next) => {
  const { method, url } = context.req;
  const site = context.req.header('Sec-Fetch-Site');
  const origin = context.req.header('Origin');
  const foreign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && origin !== new URL(url).origin);
  if (foreign && method !== 'GET' && method !== 'HEAD') {
    throw new Failure(403, 'forbidden', 'This comes from a page of another site.');
  }
  await next();
};
