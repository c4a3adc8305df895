import type { Redactor } from '../auth/redaction.ts';
import { ResponseValidationError, type CallErrorInit, type ValidationIssue } from '../errors/index.ts';
import { parseJson } from '../utils/json.ts';
import { describeIssues, isOfOtherType, schemaFailure } from '../utils/validation.ts';
import type { InternalOptions } from './request-options.ts';

/** The value in the body of a success, or what is wrong with the body. */
export type Decoded<T> =
  { readonly value: T; readonly error?: undefined } | { readonly error: ResponseValidationError };

/** A success whose body has been read. */
export interface Received {
  readonly status: number;
  readonly text: string;
  readonly redactor: Redactor;
  /** What an error says about it. */
  readonly about: () => CallErrorInit;
}

/**
 * Decodes the body of a success. The value is `undefined` if the body is empty and no schema says that there is more. A
 * body that differs from the schema, but can be used, is the value as it was received.
 *
 * @param validation What to do with a usable body that differs from the schema.
 * @param onIssues Called with the differences, with `'warn'`.
 */
export async function decode<T>(
  { schema, isUsable = isObject }: Pick<InternalOptions<T>, 'schema' | 'isUsable'>,
  { status, text, redactor, about }: Received,
  validation: 'warn' | 'throw' | 'off',
  onIssues: (issues: readonly ValidationIssue[]) => void,
): Promise<Decoded<T>> {
  const body = parseJson(text);
  const invalid = (problem: string, issues: readonly ValidationIssue[] = []) => {
    const shown = body === undefined ? redactor.redact(text) : redactor.redactJson(body);
    return { error: new ResponseValidationError(problem, { ...about(), status, issues, body: shown }) };
  };

  if (body === undefined && text !== '') return invalid('The body is not JSON.');
  // The type that the caller expects. If the body differs from it, the issues below say so.
  const value = body as T;
  if (!schema) return { value };

  let issues: ValidationIssue[];
  let isOtherType = false;
  try {
    const result = await schema['~standard'].validate(body);
    if (!result.issues) return result;
    issues = describeIssues(result.issues, body);
    isOtherType = result.issues.some(isOfOtherType);
  } catch (error) {
    issues = [schemaFailure(error)];
  }
  // Redacted, because a path may have names of the body in it.
  issues = redactor.redactJson(issues) as ValidationIssue[];
  if (text === '') return invalid('The body is empty.');
  if (!isUsable(body) || (isOtherType && validation !== 'off')) {
    return invalid('The body is not what the API documents.', issues);
  }
  if (validation === 'throw') return invalid('The body differs from what the API documents.', issues);
  if (validation === 'warn') onIssues(issues);
  return { value };
}

function isObject(body: unknown): boolean {
  return typeof body === 'object' && body !== null;
}
