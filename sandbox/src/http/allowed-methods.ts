import type { Handler } from 'hono';
import { Failure } from './failure.ts';

/** Refuses the methods that an existing path does not support. */
export function allowOnly(...methods: readonly string[]): Handler {
  const allow = methods.join(', ');
  return ({ req: { method, path } }) => {
    const message = `${path} does not support ${method}. Allowed: ${allow}.`;
    throw new Failure(405, 'method_not_allowed', message, { headers: { Allow: allow } });
  };
}
