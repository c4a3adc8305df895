import * as z from 'zod/mini';

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

/** What a new user is made of. */
export interface UserCreateParams {
  /** Full name. */
  name: string;
  /** Email address; must not belong to another user. */
  email: string;
  /** The password the user will sign in with. The API never returns it. */
  password: string;
}

export const userSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  created_at: z.string(),
});
