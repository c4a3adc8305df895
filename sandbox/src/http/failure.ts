import { JournalError } from '../storage/collection.ts';

/** Problems by field, such as `{ email: 'Must be an email address.' }`. */
export type Details = Readonly<Record<string, string>>;

export interface ErrorBody {
  error: { code: string; message: string; details: Details };
}

/** An error response. Routes throw it, and the app turns it into an {@link ErrorBody}. */
export class Failure extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Details;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { readonly details?: Details; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details ?? {};
    this.headers = more.headers ?? {};
  }

  get body(): ErrorBody {
    return { error: { code: this.code, message: this.message, details: this.details } };
  }

  get response(): Response {
    return Response.json(this.body, { status: this.status, headers: this.headers });
  }
}

/** The error response for a request with invalid fields. */
export function invalidFields(details: Details): Failure {
  const names = Object.keys(details).join(', ');
  return new Failure(422, 'invalid_request', `The request has invalid fields: ${names}.`, { details });
}

/**
 * Rethrows a {@link Failure} as a `TypeError`, for methods that are called in the process and not over HTTP.
 * {@link failureOf} gives the failure back.
 */
export function withTypeErrors<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const reasons = Object.entries(error.details).map(([field, reason]) =>
      field === '' ? reason : `\`${field}\`: ${reason}`,
    );
    const problems = reasons.length > 0 ? reasons : [error.message];
    throw new TypeError((error.status === 404 ? problems : [what, ...problems]).join(' '), { cause: error });
  }
}

/** The error response for an error; `undefined` if it is not about the request. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (error instanceof JournalError) return new Failure(500, 'storage_failed', error.message);
  return error instanceof TypeError && error.cause instanceof Failure ? error.cause : undefined;
}

/** The error response for an error that a request met. */
export function responseFailure(error: unknown): Failure {
  return failureOf(error) ?? new Failure(500, 'internal_error', 'The sandbox failed. This is a bug in the sandbox.');
}

/**
 * The record with this id.
 *
 * @throws {Failure} 404 when there is none.
 */
export function found<T>(record: T | undefined, kind: string, id: string): T {
  if (record !== undefined) return record;
  throw new Failure(404, 'not_found', `There is no ${kind} ${id}.`);
}
