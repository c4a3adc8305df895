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
  for (const issue of issues.flatMap(closest)) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) details[[...issue.path, key].join('.')] ??= issue.message;
    } else {
      details[issue.path.join('.')] ??= issue.message;
    }
  }
  return details;
}

/** Of a field with alternatives, the issues of the one that fits best: the problem is deepest inside the value. */
function closest(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const depth = (issues: readonly z.core.$ZodIssue[]) => Math.max(...issues.map(({ path }) => path.length));
  const [best = []] = issue.errors.toSorted((a, b) => depth(b) - depth(a));
  return best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}
