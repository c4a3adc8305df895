import type { APIPromise } from '../http/api-promise.ts';
import type { Requester, RequestOptions } from '../http/request-options.ts';
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

/** The users of the account. */
export class Users {
  readonly #requester: Requester;

  /** @internal */
  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /**
   * Gets a user by id: `GET /users/{id}`.
   *
   * @throws NotFoundError if there is none.
   *
   * @example
   * const user = await client.users.get('user_123');
   */
  get(id: string, options?: RequestOptions): APIPromise<User> {
    return this.#requester.request(
      { method: 'GET', route: '/users/{id}', params: { id }, schema: userSchema },
      options,
    );
  }

  /**
   * Creates a user: `POST /users`.
   *
   * A failure that leaves open whether the user was created is not retried, unless there is an `idempotencyKey`.
   *
   * @throws ConflictError if the email address is taken.
   * @throws UnprocessableEntityError if a field is invalid; its `details` say which.
   *
   * @example
   * const user = await client.users.create({ name: 'John Doe', email: 'john@example.com', password: 'secure_password' });
   */
  create(params: UserCreateParams, options?: RequestOptions): APIPromise<User> {
    return this.#requester.request(
      { method: 'POST', route: '/users', body: params, secretFields: ['password'], schema: userSchema },
      options,
    );
  }
}
