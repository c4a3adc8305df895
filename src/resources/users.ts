import type { APIPromise } from '../http/api-promise.ts';
import type { Requester } from '../http/call.ts';
import type { RequestOptions } from '../http/options.ts';
import { boundTo } from '../utils/arguments.ts';
import * as z from 'zod/mini';

/** A user of the account. */
export interface User {
  /** Unique identifier, such as `user_123`. */
  id: string;
  /** Full name. */
  name: string;
  /** Email address. */
  email: string;
  /** When the user was created: ISO 8601, UTC. */
  created_at: string;
}

/** The fields of a new user. */
export interface UserCreateParams {
  /** Full name. */
  name: string;
  /** Email address. */
  email: string;
  /** The password that the user will sign in with. The API never returns it. */
  password: string;
}

export const userSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  created_at: z.string(),
});

/** Gets and creates users. */
export class Users {
  readonly #requester: Requester;

  /** @internal */
  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /**
   * Gets a user by id: `GET /users/{id}`.
   *
   * @param id The user's id, such as `user_123`.
   * @param options Options for this call.
   * @throws {NotFoundError} when there is no user with this id.
   *
   * @example
   * const user = await client.users.get('user_123');
   */
  get(id: string, options?: RequestOptions): APIPromise<User> {
    return boundTo(this, Users, 'users.get').#requester.request(
      'GET',
      '/users/{id}',
      { params: { id }, schema: userSchema },
      options,
    );
  }

  /**
   * Creates a user: `POST /users`.
   *
   * An attempt that may have created the user is retried only with an `idempotencyKey` and the client's
   * `apiSupportsIdempotencyKeys`.
   *
   * @param params The user to create.
   * @param options Options for this call.
   * @throws {ConflictError} when it conflicts with existing data, such as a user with this email address.
   * @throws {UnprocessableEntityError} when a field is invalid; its `details` say which.
   *
   * @example
   * const user = await client.users.create({ name: 'John Doe', email: 'john@example.com', password: 'secure_password' });
   */
  create(params: UserCreateParams, options?: RequestOptions): APIPromise<User> {
    return boundTo(this, Users, 'users.create').#requester.request(
      'POST',
      '/users',
      { body: params, schema: userSchema },
      options,
    );
  }
}
