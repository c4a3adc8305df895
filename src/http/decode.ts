import type { Redactor } from '../auth/redaction.ts';
import { ResponseValidationError, type RequestTarget, type ValidationIssue } from '../errors/index.ts';
import { parseJson } from '../utils/json.ts';
import { applySchema, isOfOtherType } from '../utils/validation.ts';
import type { InternalOptions } from './request-options.ts';

/** A success whose body has been read. */
export interface Received extends RequestTarget {
  readonly status: number;
  readonly text: string;
  readonly redactor: Redactor;
}

/**
 * The value in the body of a success; `undefined` if the body is empty and no schema says that there is more.
 *
 * @param validation What to do with a usable body that differs from the schema.
 * @param onIssues Called with the differences, with `'warn'`.
 * @throws {ResponseValidationError} when the body can't be used, or with `'throw'` when it differs.
 */
export async function decode<T>(
  { schema, isUsable = isObject }: Pick<InternalOptions<T>, 'schema' | 'isUsable'>,
  { method, path, route, status, text, redactor }: Received,
  validation: 'warn' | 'throw' | 'off',
  onIssues: (issues: readonly ValidationIssue[]) => void,
): Promise<T> {
  const isEmpty = text === '';
  const body = parseJson(text);
  const invalid = (problem: string, issues: readonly ValidationIssue[] = []) =>
    new ResponseValidationError(problem, {
      method,
      path,
      route,
      status,
      issues,
      body: redactor.redactJson(body === undefined ? text : body),
    });

  if (body === undefined && !isEmpty) throw invalid('The body is not JSON.');
  // The type that the caller expects. If the body differs from it, the issues below say so.
  const value = body as T;
  if (!schema) return value;
  if (validation === 'off' && isUsable(body)) return value;

  const result = await applySchema(schema, body);
  if (!result.issues) return result.value;
  const issues = result.issues.map(({ path, message }) => ({ path, message: redactor.redact(message) }));
  if (isEmpty) throw invalid('The body is empty.');
  if (!isUsable(body) || issues.some(isOfOtherType)) throw invalid('The body is not what the API documents.', issues);
  if (validation === 'throw') throw invalid('The body differs from what the API documents.', issues);
  onIssues(issues);
  return value;
}

function isObject(body: unknown): boolean {
  return typeof body === 'object' && body !== null;
}
