import type * as z from 'zod/mini';
import { type Details, invalidFields } from './failure.ts';

/**
 * Parses fields with a schema.
 *
 * @throws {Failure} 422 when a field is invalid; its details name each invalid field.
 */
export function parseFields<T>(schema: z.ZodMiniType<T>, fields: unknown): T {
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  throw invalidFields(describe(result.error.issues));
}

function describe(issues: readonly z.core.$ZodIssue[]): Details {
  // Without a prototype, because a field may be named `__proto__`.
  const details = Object.create(null) as Record<string, string>;
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) details[[...issue.path, key].join('.')] ??= issue.message;
    } else {
      details[issue.path.join('.')] ??= issue.message;
    }
  }
  return details;
}
