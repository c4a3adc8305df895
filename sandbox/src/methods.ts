import type { Handler } from 'hono';
import type { Env } from './exchange.ts';
import { Failure } from './failure.ts';

/** For a path that exists, what the methods get that it does not have. */
export function allowOnly(...methods: readonly string[]): Handler<Env> {
  const allow = methods.join(', ');
  return (context) => {
    if (context.req.method === 'OPTIONS') return context.body(null, 204, { Allow: allow });
    throw new Failure(405, 'method_not_allowed', `${context.req.path} has no ${context.req.method}, only ${allow}.`, {
      headers: { Allow: allow },
    });
  };
}
