import { type Details, Failure } from '../http/failure.ts';
import { readText } from '../http/request-body.ts';

/**
 * Reads a submitted form.
 *
 * @throws {Failure} 415 when the request is not a form.
 */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) {
    throw new Failure(415, 'unsupported_media_type', 'Send the body as application/x-www-form-urlencoded.');
  }
  return new URLSearchParams(await readText(request));
}

/** The value of a field; empty if the form does not have it. */
export function field(form: URLSearchParams, name: string): string {
  return form.get(name) ?? '';
}

/** The problems to show beside a form's fields; `undefined` if there are none. */
export async function fieldErrors(work: () => unknown): Promise<Details | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof Failure && Object.keys(error.details).length > 0) return error.details;
    throw error;
  }
}
