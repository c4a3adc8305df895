import * as z from 'zod/mini';

/** What is wrong, by field: `{ email: 'Must be an email address.' }`. */
export type Details = Readonly<Record<string, string>>;

/** The reference's body for every failure. */
export const errorBodySchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.string()) }),
});

export interface ErrorBody {
  error: { code: string; message: string; details: Details };
}

/** A request that gets something other than success. Thrown anywhere under the routes; becomes an {@link ErrorBody}. */
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
}

/** The request was understood, but one or more of its fields are invalid. */
export function invalidFields(details: Details): Failure {
  const names = Object.keys(details).join(', ');
  return new Failure(422, 'invalid_request', `The request has invalid fields: ${names}.`, { details });
}

/** For what is called as a function and not over HTTP: the same complaint as a `TypeError`. */
export function throwingTypeErrors<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const reasons = Object.entries(error.details).map(([field, reason]) => `\`${field}\`: ${reason}`);
    throw new TypeError([what, ...(reasons.length > 0 ? reasons : [error.message])].join(' '), { cause: error });
  }
}
