import { readText } from '../body-text.ts';
import { type Details, Failure } from '../failure.ts';

/** The fields of a form that was sent. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) {
    throw new Failure(415, 'unsupported_media_type', 'This takes what a form sends.');
  }
  return new URLSearchParams(await readText(request));
}

/** What was typed into a field; nothing where the form did not have it. */
export function field(form: URLSearchParams, name: string): string {
  return form.get(name) ?? '';
}

/** What is wrong with a form's fields, to be shown beside them; `undefined` when nothing is. */
export async function complaints(work: () => unknown): Promise<Details | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof Failure && Object.keys(error.details).length > 0) return error.details;
    throw error;
  }
}
