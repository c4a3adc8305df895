import type { User } from './schemas.ts';
import { throwingTypeErrors } from './failure.ts';
import { parseFields } from './fields.ts';
import type { ProjectSeed, UserSeed } from './options.ts';
import { createProject, projectFieldsSchema, updateProject } from './projects.ts';
import { randomSecret } from './random.ts';
import { seedProject, seedUser } from './seeding.ts';
import type { Services } from './services.ts';
import type { ProjectRecord } from './store.ts';
import { createUser, publicUser, updateUser, userFieldsSchema } from './users.ts';

/** A token as the local API shows it: without the token. */
export interface TokenInfo {
  /** To {@link TokenState.revoke} it with. */
  readonly id: string;
  /** What it was called when it was created. */
  readonly name: string;
  /** The token's last characters. */
  readonly hint: string;
  /** ISO 8601, UTC. */
  readonly created_at: string;
}

/** A new token, which is shown this once: only its hash is kept. */
export interface NewToken extends TokenInfo {
  /** What to send as `Authorization: Bearer …`. */
  readonly token: string;
}

/** The users, to read and change. */
export class UserState {
  readonly #services: Services;

  /** @internal */
  constructor(services: Services) {
    this.#services = services;
  }

  /** Every user, oldest first. */
  list(): User[] {
    return this.#services.store.users.all.map(publicUser);
  }

  /** The user with this id. */
  get(id: string): User | undefined {
    const user = this.#services.store.users.get(id);
    return user && publicUser(user);
  }

  /** Creates a user as the API does, `user.created` included. What is left out is made up. @throws TypeError */
  create(fields: Pick<UserSeed, 'name' | 'email'> = {}): User {
    return throwingTypeErrors('No such user.', () => {
      const made = seedUser(this.#services.store.users.size, fields);
      return publicUser(createUser(this.#services, parseFields(userFieldsSchema, made)));
    });
  }

  /** Changes a user. @throws TypeError for an unknown id, or a bad value */
  update(id: string, changes: Partial<Pick<User, 'name' | 'email'>>): User {
    return throwingTypeErrors('No such change.', () => {
      const user = existing(this.#services.store.users.get(id), 'user', id);
      const { name, email } = { ...publicUser(user), ...changes };
      return publicUser(updateUser(this.#services, user, parseFields(userFieldsSchema, { name, email })));
    });
  }

  /** Deletes a user; `false` when there is none with this id. */
  delete(id: string): boolean {
    return this.#services.store.users.delete(id);
  }
}

/** The projects, to read and change. */
export class ProjectState {
  readonly #services: Services;

  /** @internal */
  constructor(services: Services) {
    this.#services = services;
  }

  /** Every project, oldest first. */
  list(): ProjectRecord[] {
    return [...this.#services.store.projects.all];
  }

  /** The project with this id. */
  get(id: string): ProjectRecord | undefined {
    return this.#services.store.projects.get(id);
  }

  /** Creates a project. What is left out is made up; the status is `active`. @throws TypeError */
  create(fields: Pick<ProjectSeed, 'name' | 'description' | 'status'> = {}): ProjectRecord {
    return throwingTypeErrors('No such project.', () => {
      const made = seedProject(this.#services.store.projects.size, { status: 'active', ...fields });
      return createProject(this.#services, parseFields(projectFieldsSchema, made));
    });
  }

  /** Changes a project. @throws TypeError for an unknown id, or a bad value */
  update(id: string, changes: Partial<Pick<ProjectRecord, 'name' | 'description' | 'status'>>): ProjectRecord {
    return throwingTypeErrors('No such change.', () => {
      const project = existing(this.#services.store.projects.get(id), 'project', id);
      const { name, description, status } = { ...project, ...changes };
      return updateProject(this.#services, project, parseFields(projectFieldsSchema, { name, description, status }));
    });
  }

  /** Deletes a project; `false` when there is none with this id. */
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

  /** Every token, oldest first. */
  list(): TokenInfo[] {
    return this.#services.store.tokens.all.map(tokenInfo);
  }

  /** Creates a token. */
  async create(name: string): Promise<NewToken> {
    const token = `example_${randomSecret()}`;
    return { ...tokenInfo(await this.#services.tokens.add(name, token)), token };
  }

  /** From now on the token gets a 401. `false` when there is none with this id. */
  revoke(id: string): boolean {
    return this.#services.tokens.revoke(id);
  }
}

/** What the local API remembers, to read and change. */
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

/** Without what only the store may know. */
export function tokenInfo({ id, name, hint, created_at }: TokenInfo): TokenInfo {
  return { id, name, hint, created_at };
}

function existing<R>(record: R | undefined, kind: string, id: string): R {
  if (record !== undefined) return record;
  throw new TypeError(`There is no ${kind} ${id}.`);
}
