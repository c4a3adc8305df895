import type { ZodMiniType } from 'zod/mini';
import type { ValidationIssue } from '../errors/index.ts';

/** The differences between a body and its schema. Fields that the schema does not know are allowed. */
export function findIssues(schema: ZodMiniType, body: unknown): ValidationIssue[] {
  let result: ReturnType<typeof schema.safeParse>;
  try {
    result = schema.safeParse(body);
  } catch {
    // zod passes issues on as the arguments of one call, which fails beyond some hundred thousand of them.
    return [{ path: [], message: 'more differences than can be listed' }];
  }
  if (result.success) return [];
  return result.error.issues.map((issue) => {
    const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
    const problem = issue.code === 'invalid_type' ? `expected ${issue.expected}` : issue.code;
    return { path, message: `${problem}, received ${typeAt(body, path)}` };
  });
}

/** `data[].created_at`: the location of an issue, the same for every item of a list. */
export function locationOf(issue: ValidationIssue): string {
  return issue.path.map((key) => (typeof key === 'number' ? '[]' : `.${key}`)).join('');
}

function typeAt(body: unknown, path: readonly (string | number)[]): string {
  let value = body;
  for (const key of path) value = (value as Record<string | number, unknown>)[key]; // zod has walked this path
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
