import { projectFieldsSchema, type User, userFieldsSchema } from '../contract/schemas.ts';
import { withTypeErrors } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import type { ProjectRecord } from '../storage/records.ts';
import { randomSecret } from '../utils/random.ts';
import { createProject, updateProject } from './projects.ts';
import { type ProjectSeed, seedProject, seedUser, type UserSeed } from './seeding.ts';
import type { Services } from './services.ts';
import { createUser, publicUser, updateUser } from './users.ts';

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

/** A new token. It is shown only once, because only its hash is stored. */
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
      const made = seedUser(this.#services.store.users.size, fields);
      return publicUser(createUser(this.#services, parseFields(userFieldsSchema, made)));
    });
  }

  /**
   * Changes a user.
   *
   * @throws {TypeError} when the id is unknown or a field is invalid.
   */
  update(id: string, changes: Partial<Pick<User, 'name' | 'email'>>): User {
    return withTypeErrors('Invalid change.', () => {
      const user = existing(this.#services.store.users.get(id), 'user', id);
      const { name, email } = { ...publicUser(user), ...changes };
      return publicUser(updateUser(this.#services, user, parseFields(userFieldsSchema, { name, email })));
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
      const made = seedProject(this.#services.store.projects.size, { status: 'active', ...fields });
      return createProject(this.#services, parseFields(projectFieldsSchema, made));
    });
  }

  /**
   * Changes a project.
   *
   * @throws {TypeError} when the id is unknown or a field is invalid.
   */
  update(id: string, changes: Partial<Pick<ProjectRecord, 'name' | 'description' | 'status'>>): ProjectRecord {
    return withTypeErrors('Invalid change.', () => {
      const project = existing(this.#services.store.projects.get(id), 'project', id);
      const { name, description, status } = { ...project, ...changes };
      return updateProject(this.#services, project, parseFields(projectFieldsSchema, { name, description, status }));
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

  /** Creates a token. */
  async create(name: string): Promise<NewToken> {
    const token = `example_${randomSecret()}`;
    return { ...tokenInfo(await this.#services.tokens.add(name, token)), token };
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

function existing<R>(record: R | undefined, kind: string, id: string): R {
  if (record !== undefined) return record;
  throw new TypeError(`There is no ${kind} ${id}.`);
}
