import type * as z from 'zod/mini';
import { type Details, invalidFields } from './failure.ts';

/** The parsed value, or a 422 whose details say what is wrong with each field. */
export function parseFields<T>(schema: z.ZodMiniType<T>, fields: unknown): T {
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  throw invalidFields(describe(result.error.issues));
}

function describe(issues: readonly z.core.$ZodIssue[]): Details {
  // No prototype: a field may be called `__proto__`.
  const details = Object.create(null) as Record<string, string>;
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) details[key] ??= 'Unknown field.';
    } else {
      details[issue.path.join('.')] ??= issue.message;
    }
  }
  return details;
}
