import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ValidationIssue } from '../errors/index.ts';

/** Describes where a body differs from its schema. The libraries' own messages are not used: most repeat values. */
export function describeIssues(issues: readonly StandardSchemaV1.Issue[], body: unknown): ValidationIssue[] {
  return issues.map((issue) => {
    // ArkType's path is an array-like class of its own.
    const path = Array.from(issue.path ?? [], (segment) => {
      const key = typeof segment === 'object' ? segment.key : segment;
      return typeof key === 'symbol' ? String(key) : key;
    });
    const { code = 'invalid' } = issue as { code?: unknown }; // zod has codes
    const problem = expectedType(issue) ?? String(code);
    return { path, message: `${problem}, received ${typeAt(body, path)}` };
  });
}

/** True if an issue says that the whole body, and not just a part of it, is of another type. */
export function isOfOtherType(issue: StandardSchemaV1.Issue): boolean {
  return !issue.path?.length && expectedType(issue) !== undefined;
}

/** The type that was expected. Most libraries name it. */
function expectedType({ expected }: StandardSchemaV1.Issue & { readonly expected?: unknown }): string | undefined {
  return typeof expected === 'string' ? `expected ${expected}` : undefined;
}

/** The location of an issue, such as `data[].created_at`. It is the same for all items of a list. */
export function locationOf(issue: ValidationIssue): string {
  return issue.path.map((key) => (typeof key === 'number' ? '[]' : `.${key}`)).join('');
}

function typeAt(body: unknown, path: readonly (string | number)[]): string {
  let value = body;
  // A schema may name a path that the value doesn't have. Properties of primitives are undefined.
  for (const key of path) value = (value as Partial<Record<string | number, unknown>> | null | undefined)?.[key];
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
