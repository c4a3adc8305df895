import type { ParsePayload } from 'zod/v4/core';
import type { ValidationIssue } from '../errors.ts';
import type { Schema } from '../schema.ts';

/** Where the body differs from the schema; empty if it does not. Fields the schema does not know are fine. */
export function findIssues(schema: Schema<unknown>, body: unknown): ValidationIssue[] {
  let payload: ParsePayload;
  try {
    // As `safeParse` does it, without the class and the messages of an error that nobody sees; and synchronous, because
    // no schema has asynchronous checks.
    payload = schema._zod.run({ value: body, issues: [] }, { async: false }) as ParsePayload;
  } catch {
    // zod hands issues on as arguments of one call, of which there can't be a hundred thousand.
    return [{ path: [], message: 'more differences than can be listed' }];
  }
  return payload.issues.map((issue) => {
    const path = (issue.path ?? []).map((key) => (typeof key === 'symbol' ? String(key) : key));
    const problem = issue.code === 'invalid_type' ? `expected ${issue.expected}` : issue.code;
    return { path, message: `${problem}, received ${typeAt(body, path)}` };
  });
}

/** `data[].created_at`: the place of an issue, the same for every item of a list. */
export function placeOf(issue: ValidationIssue): string {
  return issue.path.map((key) => (typeof key === 'number' ? '[]' : `.${key}`)).join('');
}

function typeAt(body: unknown, path: readonly (string | number)[]): string {
  let value = body;
  for (const key of path) value = (value as Record<string | number, unknown>)[key]; // zod has walked this path
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
