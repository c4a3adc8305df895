import type { Handler } from 'hono';
import { Failure } from './failure.ts';

/** Refuses the methods that an existing path does not support. */
export function allowOnly(...methods: readonly string[]): Handler {
  const allow = methods.join(', ');
  return (context) => {
    throw new Failure(
      405,
      'method_not_allowed',
      `${context.req.path} does not support ${context.req.method}. Allowed: ${allow}.`,
      {
        headers: { Allow: allow },
      },
    );
  };
}
