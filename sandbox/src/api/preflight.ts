import type { MiddlewareHandler } from 'hono';
import type { Env } from './request-context.ts';

/** Responds to CORS preflight requests, which need no token and use no budget. */
export const preflight: MiddlewareHandler<Env> = async (context, next) => {
  const { req } = context;
  if (req.method !== 'OPTIONS' || req.header('Access-Control-Request-Method') === undefined) {
    await next();
    return;
  }
  context.header('Access-Control-Allow-Methods', 'GET, HEAD, POST');
  // Allows whatever headers the browser asks for. `*` would exclude Authorization.
  context.header('Access-Control-Allow-Headers', req.header('Access-Control-Request-Headers') ?? 'Authorization');
  context.header('Access-Control-Max-Age', '7200');
  return context.body(null, 204);
};
