import type { Redactor } from '../auth/redaction.ts';
import { ResponseValidationError, type RequestTarget, type ValidationIssue } from '../errors/index.ts';
import { isRecord, parseJson } from '../utils/json.ts';
import { findIssues } from '../utils/validation.ts';
import type { RequestSpec } from './request-options.ts';

/** A success whose body has been read. */
export interface Received extends RequestTarget {
  readonly status: number;
  readonly text: string;
  readonly redactor: Redactor;
}

/**
 * The value in the body of a success.
 *
 * @param validation What to do with a usable body that differs from the API reference.
 * @param onIssues Called with the differences, with `'warn'`.
 * @throws {ResponseValidationError} when the body can't be used, or with `'throw'` when it differs.
 */
export function decode<T>(
  spec: RequestSpec<T>,
  received: Received,
  validation: 'warn' | 'throw' | 'off',
  onIssues: (issues: readonly ValidationIssue[]) => void,
): T {
  const { method, path, route, status, text, redactor } = received;
  const body = parseJson(text);
  const invalid = (problem: string, issues: readonly ValidationIssue[] = []) =>
    new ResponseValidationError(`${problem}.`, {
      method,
      path,
      route,
      status,
      issues,
      body: redactor.redactJson(body === undefined ? text : body),
    });

  if (body === undefined) throw invalid(text === '' ? 'The body is empty' : 'The body is not JSON');
  const { isUsable = isRecord } = spec;
  if (!isUsable(body)) throw invalid('The body is not what the API documents', findIssues(spec.schema, body));

  const issues = validation === 'off' ? [] : findIssues(spec.schema, body);
  if (issues.length > 0) {
    if (validation === 'throw') throw invalid('The body differs from what the API documents', issues);
    onIssues(issues);
  }
  // The documented type. If the body differs from it, the issues above say so.
  return body as T;
}
