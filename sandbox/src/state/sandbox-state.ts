import * as z from 'zod/mini';
import { bearerToken, projectFieldsSchema, text, type User, userFieldsSchema } from '../contract/schemas.ts';
import { Failure, found, withTypeErrors } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import type { ProjectRecord } from '../storage/records.ts';
import { emailKey, type Store } from '../storage/store.ts';
import { randomSecret } from '../utils/random.ts';
import { strictFields } from '../utils/strict-fields.ts';
import { createProject, updateProject } from './projects.ts';
import { type ProjectSeed, seedProject, seedUser, type UserSeed } from './seeding.ts';
import type { Services } from './services.ts';
import { createUser, publicUser, updateUser } from './users.ts';

/** The fields of a user that a test may set, each optional. */
export const someUserFieldsSchema = z.partial(userFieldsSchema);

/** The fields of a project that a test may set, each optional. */
export const someProjectFieldsSchema = z.partial(projectFieldsSchema);

/** Validates a token to create. */
export const newTokenSchema = strictFields({ name: text(200), token: z.optional(bearerToken) });

/** A token's description, without the token itself. */
export interface TokenInfo {
  /** Identifies the token for {@link TokenState.revoke}. */
  readonly id: string;
  /** Name that it was given at its creation. */
  readonly name: string;
  /** The token's last characters. */
  readonly hint: string;
  /** ISO 8601, UTC. */
  readonly created_at: string;
}

/** A new token. It is shown only once. */
export interface NewToken extends TokenInfo {
  /** The token to send as `Authorization: Bearer …`. */
  readonly token: string;
}

/** Reads and changes the users. */
export class UserState {
  readonly #services: Services;

  /** @internal */
  constructor(services: Services) {
    this.#services = services;
  }

  /** All users, oldest first. */
  list(): User[] {
    return this.#services.store.users.all.map(publicUser);
  }

  /** The user with this id, or `undefined`. */
  get(id: string): User | undefined {
    const user = this.#services.store.users.get(id);
    return user && publicUser(user);
  }

  /**
   * Creates a user as the API does, and sends `user.created`. Missing fields get sample values.
   *
   * @throws {TypeError} when a field is invalid.
   */
  create(fields: Pick<UserSeed, 'name' | 'email'> = {}): User {
    return withTypeErrors('Invalid user.', () => {
      const sample = sampleUser(this.#services.store);
      const { name = sample.name, email = sample.email } = parseFields(someUserFieldsSchema, fields);
      return publicUser(createUser(this.#services, { name, email }));
    });
  }

  /**
   * Changes a user.
   *
   * @throws {TypeError} when the id is unknown or a field is invalid.
   */
  update(id: string, changes: Pick<UserSeed, 'name' | 'email'>): User {
    return withTypeErrors('Invalid change.', () => {
      const user = found(this.#services.store.users.get(id), 'user', id);
      const { name = user.name, email = user.email } = parseFields(someUserFieldsSchema, changes);
      return publicUser(updateUser(this.#services, user, { name, email }));
    });
  }

  /** Deletes a user. Returns `false` if no user has this id. */
  delete(id: string): boolean {
    return this.#services.store.users.delete(id);
  }
}

/** Reads and changes the projects. */
export class ProjectState {
  readonly #services: Services;

  /** @internal */
  constructor(services: Services) {
    this.#services = services;
  }

  /** All projects, oldest first. */
  list(): ProjectRecord[] {
    return [...this.#services.store.projects.all];
  }

  /** The project with this id, or `undefined`. */
  get(id: string): ProjectRecord | undefined {
    return this.#services.store.projects.get(id);
  }

  /**
   * Creates a project. Missing fields get sample values; the status is `active` by default.
   *
   * @throws {TypeError} when a field is invalid.
   */
  create(fields: Pick<ProjectSeed, 'name' | 'description' | 'status'> = {}): ProjectRecord {
    return withTypeErrors('Invalid project.', () => {
      const { status = 'active', ...given } = parseFields(someProjectFieldsSchema, fields);
      return createProject(this.#services, seedProject(this.#services.store.projects.size, { ...given, status }));
    });
  }

  /**
   * Changes a project.
   *
   * @throws {TypeError} when the id is unknown or a field is invalid.
   */
  update(id: string, changes: Pick<ProjectSeed, 'name' | 'description' | 'status'>): ProjectRecord {
    return withTypeErrors('Invalid change.', () => {
      const project = found(this.#services.store.projects.get(id), 'project', id);
      const { name = project.name, ...given } = parseFields(someProjectFieldsSchema, changes);
      const { description = project.description, status = project.status } = given;
      return updateProject(this.#services, project, { name, description, status });
    });
  }

  /** Deletes a project. Returns `false` if no project has this id. */
  delete(id: string): boolean {
    return this.#services.store.projects.delete(id);
  }
}

/** The tokens that the API accepts. */
export class TokenState {
  readonly #services: Services;

  /** @internal */
  constructor(services: Services) {
    this.#services = services;
  }

  /** All tokens, oldest first. */
  list(): TokenInfo[] {
    return this.#services.store.tokens.all.map(tokenInfo);
  }

  /**
   * Creates a token.
   *
   * @param name Name to show in the dashboard.
   * @param token The token to accept. Default: a random one.
   * @throws {TypeError} when the name or the token is invalid, or the token exists.
   */
  create(name: string, token = `example_${randomSecret()}`): Promise<NewToken> {
    return new Promise((resolve) => resolve(withTypeErrors('Invalid token.', () => this.#create(name, token))));
  }

  #create(name: string, token: string): NewToken {
    parseFields(newTokenSchema, { name, token });
    const { tokens } = this.#services;
    if (tokens.find(token) !== undefined) {
      throw new Failure(409, 'token_taken', 'There is already a token with this value.', {
        details: { token: 'Belongs to another token.' },
      });
    }
    return { ...tokenInfo(tokens.add(name, token)), token };
  }

  /** Revokes a token, so that it gets a 401. Returns `false` if no token has this id. */
  revoke(id: string): boolean {
    return this.#services.tokens.revoke(id);
  }
}

/** Reads and changes the sandbox's state. */
export class SandboxState {
  /** The users. */
  readonly users: UserState;
  /** The projects. */
  readonly projects: ProjectState;
  /** The tokens that the API accepts. */
  readonly tokens: TokenState;

  /** @internal */
  constructor(services: Services) {
    this.users = new UserState(services);
    this.projects = new ProjectState(services);
    this.tokens = new TokenState(services);
  }
}

/** Leaves out the fields that only the store may know. */
export function tokenInfo({ id, name, hint, created_at }: TokenInfo): TokenInfo {
  return { id, name, hint, created_at };
}

/** Sample values that no user has yet. */
function sampleUser({ users }: Store): { name: string; email: string } {
  let index = users.size;
  let user = seedUser(index, {});
  while (users.find(emailKey(user.email)) !== undefined) user = seedUser((index += 1), {});
  return user;
}
