import * as z from 'zod/mini';

/** The body of every error response. */
export const errorBodySchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.string()) }),
});

/** Text of 1 to `max` characters that is not blank. */
export function text(max: number) {
  const message = characters(1, max);
  return z
    .string(message)
    .check(z.minLength(1, message), z.maxLength(max, message), z.regex(/\S/, 'Must not be blank.'));
}

/** Text that has a pattern. */
export function matching(pattern: RegExp, message: string) {
  return z.string(message).check(z.regex(pattern, message));
}

/** An API token. */
export const bearerToken = matching(
  /^[\w.~+/-]+=*$/,
  'Must consist of letters, digits and the characters -._~+/, as bearer tokens do.',
);

/** A number of something, such as milliseconds. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER) {
  const message = `Must be a whole number ${max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`}.`;
  return z.int(message).check(z.minimum(min, message), z.maximum(max, message));
}

export function numberBetween(min: number, max: number) {
  const message = `Must be a number from ${min} to ${max}.`;
  return z.number(message).check(z.minimum(min, message), z.maximum(max, message));
}

export function characters(min: number, max: number): string {
  return `Must be a string of ${min} to ${max} characters.`;
}

/** An integer in a query parameter. */
export function integerParameter(min: number, max: number, message = `Must be an integer from ${min} to ${max}.`) {
  return z.pipe(
    z.string().check(z.regex(/^\d{1,15}$/, message)),
    z.pipe(z.transform(Number), z.int().check(z.minimum(min, message), z.maximum(max, message))),
  );
}

/**
 * An object with these fields and no other. The message about another field lists the known ones.
 *
 * @param example What the message about another value shows.
 */
export function strictFields<Shape extends z.core.$ZodLooseShape>(shape: Shape, example?: string) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => {
      if (code !== 'unrecognized_keys')
        return example === undefined ? 'Must be an object.' : `Must be an object, such as ${example}.`;
      return known === '' ? 'Unknown field.' : `Unknown field. Known fields: ${known}.`;
    },
  });
}
