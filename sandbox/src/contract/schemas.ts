import * as z from 'zod/mini';
import { strictFields } from '../utils/strict-fields.ts';

/** A user of the account. */
export interface User {
  /** Unique identifier, such as `user_123`. */
  id: string;
  /** Full name. */
  name: string;
  /** Email address, unique in the account. */
  email: string;
  /** When the user was created: ISO 8601, UTC. */
  created_at: string;
}

export const userSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  created_at: z.string(),
}) satisfies z.ZodMiniType<User>;

const userFields = {
  name: text(200),
  email: z
    .email('Must be an email address, such as john@example.com.')
    .check(z.maxLength(254, 'Must have at most 254 characters.')),
};

/** A user without a password, as tests create it. */
export const userFieldsSchema = strictFields(userFields);

export type UserFields = z.infer<typeof userFieldsSchema>;

/** The body of `POST /users`. */
export const userCreateSchema = strictFields({
  ...userFields,
  password: z
    .string(characters(8, 1000))
    .check(z.minLength(8, characters(8, 1000)), z.maxLength(1000, characters(8, 1000))),
});

/** A project of the account. */
export interface Project {
  /** Unique identifier, such as `proj_123`. */
  id: string;
  /** Name. */
  name: string;
  /** What the project is about. */
  description: string;
  /** When the project was created: ISO 8601, UTC. */
  created_at: string;
}

export const projectSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  created_at: z.string(),
}) satisfies z.ZodMiniType<Project>;

/** A project's fields, as tests and the dashboard write them. */
export const projectFieldsSchema = strictFields({
  name: text(200),
  description: z.string('Must be a string.').check(z.maxLength(2000, 'Must have at most 2000 characters.')),
  status: z
    .string('Must be a string.')
    .check(z.regex(/^[\w-]{1,50}$/, 'Must be 1 to 50 letters, digits, hyphens or underscores.')),
});

export type ProjectFields = z.infer<typeof projectFieldsSchema>;

const maxPerPage = 100;

/** The query parameters of `GET /projects`. */
export const projectListSchema = strictFields({
  page: z._default(integerParameter(1, Number.MAX_SAFE_INTEGER, 'Must be an integer of at least 1.'), 1),
  per_page: z._default(integerParameter(1, maxPerPage), 20),
  status: z.optional(z.string().check(z.minLength(1, 'Must not be empty: leave it out to get every project.'))),
});

/** The response of `GET /projects`. */
export const projectPageSchema = z.object({
  data: z.array(projectSchema),
  meta: z.looseObject({ current_page: z.number(), total_pages: z.number(), total_count: z.number() }),
});

/** The body of every error response. */
export const errorBodySchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.string()) }),
});

/** The webhook event that is sent when a user is created. */
export const userCreatedSchema = z.object({
  event: z.literal('user.created'),
  data: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  timestamp: z.string(),
});

/** Text of 1 to `max` characters that is not blank. */
export function text(max: number) {
  const message = characters(1, max);
  return z
    .string(message)
    .check(z.minLength(1, message), z.maxLength(max, message), z.regex(/\S/, 'Must not be blank.'));
}

const bearerTokenMessage = 'Must consist of letters, digits and the characters -._~+/, as bearer tokens do.';

/** An API token. */
export const bearerToken = z.string(bearerTokenMessage).check(z.regex(/^[\w.~+/-]+=*$/, bearerTokenMessage));

/** A number of something, such as milliseconds. */
export function wholeNumber(min: number) {
  const message = `Must be a whole number of at least ${min}.`;
  return z.int(message).check(z.minimum(min, message));
}

function characters(min: number, max: number): string {
  return `Must be a string of ${min} to ${max} characters.`;
}

/** An integer in a query parameter. */
export function integerParameter(min: number, max: number, message = `Must be an integer from ${min} to ${max}.`) {
  return z.pipe(
    z.string().check(z.regex(/^\d{1,15}$/, message)),
    z.pipe(z.transform(Number), z.int().check(z.minimum(min, message), z.maximum(max, message))),
  );
}
