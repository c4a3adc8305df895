import { redactorOf } from '../auth/redaction.ts';
import { ResponseValidationError, type ValidationIssue } from '../errors/index.ts';
import type { CallTelemetry } from '../telemetry/telemetry.ts';
import { parseJson } from '../utils/json.ts';
import { describeIssues, isOfOtherType } from '../utils/standard-schema.ts';
import { errorInit, isHtml, type ErrorContext } from './api-error.ts';

/**
 * Returns the value of a successful response: the schema's output, or the JSON if there is no schema or the body
 * differs from it. `undefined` if the body is empty and there is no schema.
 *
 * @param telemetry Gets the differences, with `responseValidation: 'warn'`.
 * @throws {ResponseValidationError} when the body can't be used, or differs from its schema with `'throw'`.
 */
export async function decode(
  context: ErrorContext,
  { status }: Response,
  text: string,
  telemetry: CallTelemetry | undefined,
): Promise<unknown> {
  const {
    schema,
    isUsable = (value) => typeof value === 'object' && value !== null,
    responseValidation,
  } = context.call;
  const body = parseJson(text);
  const invalid = (problem: string, issues: readonly ValidationIssue[] = []) => {
    const redacted = redactorOf(context).redactJson(body === undefined ? text : body);
    return new ResponseValidationError(problem, { ...errorInit(context), status, issues, body: redacted });
  };

  if (body === undefined && text !== '')
    throw invalid(isHtml(text) ? 'The body is HTML, not JSON: check baseUrl.' : 'The body is not JSON.');
  if (!schema) return body;

  let issues: ValidationIssue[] = [];
  let isOtherType = false;
  if (responseValidation !== 'off') {
    try {
      const result = await schema['~standard'].validate(body);
      if (!result.issues) return result.value;
      issues = describeIssues(result.issues, body);
      isOtherType = result.issues.some(isOfOtherType);
    } catch {
      // zod itself throws if there are hundreds of thousands of differences.
      issues = [{ path: [], message: 'the schema threw an error' }];
    }
    // A path may contain field names of the body. Redaction keeps the shape of what it gets.
    issues = redactorOf(context).redactJson(issues) as ValidationIssue[];
  }
  if (text === '') throw invalid('The body is empty.');
  if (!isUsable(body) || isOtherType) throw invalid('The body is not what the API documents.', issues);
  if (responseValidation === 'throw') throw invalid('The body differs from its schema.', issues);
  if (responseValidation === 'warn') telemetry?.onIssues(issues);
  return body;
}
