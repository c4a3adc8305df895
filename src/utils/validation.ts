import type { ZodMiniType } from 'zod/mini';
import type { ValidationIssue } from '../errors/index.ts';
import type { StandardIssue, StandardSchema } from './standard-schema.ts';

/** The differences between a body and its schema. Additional fields are allowed. */
export function findIssues(schema: ZodMiniType, body: unknown): ValidationIssue[] {
  try {
    return describeIssues(schema.safeParse(body).error?.issues ?? [], body);
  } catch (error) {
    return [schemaFailure(error)];
  }
}

/** What a schema makes of a body: its output, or the differences. */
export async function applySchema<T>(
  schema: StandardSchema<T>,
  body: unknown,
): Promise<{ value: T; issues?: undefined } | { issues: ValidationIssue[] }> {
  try {
    const result = await schema['~standard'].validate(body);
    return result.issues ? { issues: describeIssues(result.issues, body) } : result;
  } catch (error) {
    return { issues: [schemaFailure(error)] };
  }
}

function schemaFailure(error: unknown): ValidationIssue {
  // zod passes all issues as arguments of one call, which fails beyond some hundred thousand.
  const message = error instanceof RangeError ? 'more differences than can be listed' : 'the schema threw an error';
  return { path: [], message };
}

function describeIssues(issues: readonly StandardIssue[], body: unknown): ValidationIssue[] {
  return issues.map((issue) => {
    // ArkType's path is of a class of its own.
    const path = Array.from(issue.path ?? [], (segment) => {
      const key = typeof segment === 'object' ? segment.key : segment;
      return typeof key === 'symbol' ? String(key) : key;
    });
    // Most messages repeat the value, which may be personal data.
    const { expected, code } = issue as { expected?: unknown; code?: unknown };
    const problem = typeof expected === 'string' ? `expected ${expected}` : code;
    return {
      path,
      message: typeof problem === 'string' ? `${problem}, received ${typeAt(body, path)}` : issue.message,
    };
  });
}

/** Whether an issue says that the whole body is of another type, and not only a part of it. */
export function isOfOtherType({ path, message }: ValidationIssue): boolean {
  return path.length === 0 && message.startsWith('expected ');
}

/** `data[].created_at`: the location of an issue, the same for every item of a list. */
export function locationOf(issue: ValidationIssue): string {
  return issue.path.map((key) => (typeof key === 'number' ? '[]' : `.${key}`)).join('');
}

function typeAt(body: unknown, path: readonly (string | number)[]): string {
  let value = body;
  // A schema may name a place that the value does not have.
  for (const key of path) value = (value as Partial<Record<string | number, unknown>> | null | undefined)?.[key];
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
