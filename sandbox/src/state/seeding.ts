import * as z from 'zod/mini';
import { type ProjectFields, projectFieldsSchema, userFieldsSchema } from '../contract/schemas.ts';
import { emailKey, type Store } from '../storage/store.ts';
import { timestamp } from '../utils/clock.ts';
import { strictFields } from '../utils/strict-fields.ts';
import { pick, type Random, seededRandom } from '../utils/random.ts';

/** A project to create at the start. Missing fields get sample values. */
export interface ProjectSeed {
  /** Unique identifier, such as `proj_123`. */
  id?: string | undefined;
  /** Name. */
  name?: string | undefined;
  /** What the project is about. */
  description?: string | undefined;
  /** Status, such as `active`, `paused` or `archived`. Default: `active`. */
  status?: string | undefined;
  /** ISO 8601. */
  created_at?: string | undefined;
}

/** A user to create at the start. Missing fields get sample values. */
export interface UserSeed {
  /** Unique identifier, such as `user_123`. */
  id?: string | undefined;
  /** Full name. */
  name?: string | undefined;
  /** Email address, unique in the account. */
  email?: string | undefined;
  /** ISO 8601. */
  created_at?: string | undefined;
}

const id = z.string('Must be a string.').check(z.regex(/^[\w-]{1,100}$/, 'Must be 1 to 100 letters, digits, _ or -.'));
const created_at = z.iso.datetime({ offset: true, error: 'Must be a time in ISO 8601, such as 2024-01-01T00:00:00Z.' });

/** Validates a {@link ProjectSeed}. */
export const projectSeedSchema = strictFields(
  z.partial(z.object({ id, created_at, ...projectFieldsSchema.shape })).shape,
) satisfies z.ZodMiniType<ProjectSeed>;

/** Validates a {@link UserSeed}. */
export const userSeedSchema = strictFields(
  z.partial(z.object({ id, created_at, ...userFieldsSchema.shape })).shape,
) satisfies z.ZodMiniType<UserSeed>;

const dayInMs = 86_400_000;

const subjects = ['Website', 'Billing', 'Mobile app', 'Search', 'Onboarding', 'Reporting', 'Data export'] as const;
const works = ['redesign', 'migration', 'rewrite', 'pilot', 'launch', 'clean-up', 'research'] as const;
const teams = ['design', 'platform', 'growth', 'support', 'finance', 'field'] as const;
const statuses = ['active', 'active', 'active', 'paused', 'archived'] as const;
const firstNames = ['Ada', 'Alan', 'Barbara', 'Donald', 'Edsger', 'Frances', 'Grace', 'Katherine', 'Ken'] as const;
const lastNames = ['Hopper', 'Lovelace', 'Liskov', 'Allen', 'Johnson', 'Thompson', 'Turing', 'Knuth'] as const;

export interface Seeding {
  readonly projects: readonly ProjectSeed[];
  readonly users: readonly UserSeed[];
  readonly seed: number;
}

/** Fills a new store with its initial data. The same seed gives the same data. */
export function seedStore(store: Store, { projects, users, seed }: Seeding, now: number): void {
  const random = seededRandom(seed);
  const nextProjectId = idGenerator(store, 'proj', projects);
  const nextUserId = idGenerator(store, 'user', users);
  store.once('seeding', () => {
    projects.forEach((project, index) =>
      store.projects.put({
        ...seedProject(index, project, random),
        id: project.id ?? nextProjectId(),
        // One per day, the last one yesterday.
        created_at: project.created_at ?? timestamp(now - (projects.length - index) * dayInMs),
      }),
    );
    users.forEach((user, index) => {
      const fields = seedUser(index, user, random);
      if (store.users.find(emailKey(fields.email)) !== undefined) {
        throw new TypeError(`\`users\` has the email ${fields.email} twice.`);
      }
      store.users.put({
        ...fields,
        id: user.id ?? nextUserId(),
        created_at: user.created_at ?? timestamp(now - (users.length - index) * dayInMs),
      });
    });
  });
}

/** Generates ids other than those that the seeds have. */
function idGenerator(store: Store, kind: 'proj' | 'user', seeds: readonly { id?: string | undefined }[]): () => string {
  const given = new Set<string>();
  for (const { id } of seeds) {
    if (id === undefined) continue;
    if (given.has(id)) throw new TypeError(`\`${kind === 'proj' ? 'projects' : 'users'}\` has the id ${id} twice.`);
    given.add(id);
  }
  return () => {
    let id: string;
    do id = store.nextId(kind);
    while (given.has(id));
    return id;
  };
}

/** A project's fields, with sample values for those that are missing. */
export function seedProject(index: number, given: ProjectSeed, random: Random = seededRandom(index)): ProjectFields {
  const made = `${pick(random, subjects)} ${pick(random, works)}`;
  const description = `${made} of the ${pick(random, teams)} team.`;
  const status = pick(random, statuses);
  const some = Object.values(given).some((value) => value !== undefined);
  return {
    name: given.name ?? made,
    description: given.description ?? description,
    // A project that a test describes is active unless the test says otherwise.
    status: given.status ?? (some ? 'active' : status),
  };
}

/** A user's fields, with sample values for those that are missing. */
export function seedUser(
  index: number,
  given: UserSeed,
  random: Random = seededRandom(index),
): { name: string; email: string } {
  const [first, last] = [pick(random, firstNames), pick(random, lastNames)];
  return {
    name: given.name ?? `${first} ${last}`,
    email: given.email ?? `${first}.${last}.${index + 1}@example.com`.toLowerCase(),
  };
}
