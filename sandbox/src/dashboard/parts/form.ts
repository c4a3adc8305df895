import { type Details, Failure, invalidFields } from '../../http/failure.ts';
import { messageOf } from '../../utils/json.ts';

/** A form as it was sent, and what is wrong with its fields. */
export interface InvalidForm {
  readonly form: URLSearchParams;
  readonly errors: Details;
}

/** The value of a field; empty if the form does not have it. */
export function field(form: URLSearchParams, name: string): string {
  return form.get(name) ?? '';
}

/** @throws {Failure} 422 when the field is not JSON. */
export function jsonField(form: URLSearchParams, name: string): unknown {
  try {
    return JSON.parse(field(form, name));
  } catch (error) {
    throw invalidFields({ [name]: `Must be valid JSON: ${messageOf(error)}.` });
  }
}

export function unknownAction(): Failure {
  return new Failure(422, 'invalid_request', 'This page has no such action.');
}
