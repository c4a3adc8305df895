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
 * @param validation What to do with a body that differs from the documentation, but can be used.
 * @param onIssues Called with the differences under `'warn'`.
 * @throws {ResponseValidationError} when the body can't be used, or differs under `'throw'`.
 */
export function decode<T>(
  spec: RequestSpec<T>,
  received: Received,
  validation: 'warn' | 'throw' | 'off',
  onIssues: (issues: readonly ValidationIssue[]) => void,
): T {
  const { method, path, status, text, redactor } = received;
  const body = parseJson(text);
  const invalid = (problem: string, issues: readonly ValidationIssue[] = []) =>
    new ResponseValidationError(`${method} ${path} was answered ${status}, but ${problem}.`, {
      method,
      path,
      status,
      issues,
      body: redactor.redactJson(body === undefined ? text : body),
    });

  if (body === undefined) throw invalid(text === '' ? 'the body is empty' : 'the body is not JSON');
  const { isUsable = isRecord } = spec;
  if (!isUsable(body)) throw invalid('the body is not what the API documents', findIssues(spec.schema, body));

  const issues = validation === 'off' ? [] : findIssues(spec.schema, body);
  if (issues.length > 0) {
    if (validation === 'throw') throw invalid('the body differs from what the API documents', issues);
    onIssues(issues);
  }
  // The documented type; where the API differs from it, the issues above say so.
  return body as T;
}
