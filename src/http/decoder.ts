import { ResponseValidationError, type RequestTarget, type ValidationIssue } from '../errors/index.ts';
import type { RequestSpec } from './request-options.ts';
import { isRecord, parseJson } from './response.ts';
import type { Secrets } from '../auth/redaction.ts';
import { findIssues } from './validation.ts';

/** What is done with a response that differs from the documentation but can be used. */
export interface DecodePolicy {
  readonly responseValidation: 'warn' | 'throw' | 'off';
  onIssues(site: RequestTarget, route: string, issues: readonly ValidationIssue[]): void;
}

/** A success whose body has been read. */
export interface Received extends RequestTarget {
  readonly status: number;
  readonly text: string;
  readonly secrets: Secrets;
}

/**
 * The value in a success's body.
 *
 * @throws ResponseValidationError if it can't be used at all, or differs from the documentation and may not.
 */
export function decode<T>(spec: RequestSpec<T>, received: Received, policy: DecodePolicy): T {
  const { method, path, status, text, secrets } = received;
  const body = parseJson(text);
  const invalid = (problem: string, issues: readonly ValidationIssue[] = []) =>
    new ResponseValidationError(`${method} ${path} was answered ${status}, but ${problem}.`, {
      method,
      path,
      status,
      issues,
      body: secrets.redactJson(body === undefined ? text : body),
    });

  if (body === undefined) throw invalid(text === '' ? 'the body is empty' : 'the body is not JSON');
  const { isUsable = isRecord } = spec;
  if (!isUsable(body)) throw invalid('the body is not what the API documents', findIssues(spec.schema, body));

  const issues = policy.responseValidation === 'off' ? [] : findIssues(spec.schema, body);
  if (issues.length > 0) {
    if (policy.responseValidation === 'throw') throw invalid('the body differs from what the API documents', issues);
    policy.onIssues({ method, path }, spec.route, issues);
  }
  // The documented type; where the API has changed, the issues above have told.
  return body as T;
}
