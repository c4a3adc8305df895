import type { MiddlewareHandler } from 'hono';
import type { Env } from './exchange.ts';

/** Answers a browser that asks what it may send: no token is asked for, and nothing is counted. */
export const preflight: MiddlewareHandler<Env> = async (context, next) => {
  const { req } = context;
  if (req.method !== 'OPTIONS' || req.header('Access-Control-Request-Method') === undefined) {
    await next();
    return;
  }
  context.header('Access-Control-Allow-Methods', 'GET, HEAD, POST');
  // Whatever is asked for: nothing here depends on which headers come. (`*` would leave out Authorization.)
  context.header('Access-Control-Allow-Headers', req.header('Access-Control-Request-Headers') ?? 'Authorization');
  context.header('Access-Control-Max-Age', '7200');
  if (req.header('Access-Control-Request-Private-Network') === 'true') {
    context.header('Access-Control-Allow-Private-Network', 'true');
  }
  context.header('Vary', 'Access-Control-Request-Headers');
  return context.body(null, 204);
};
