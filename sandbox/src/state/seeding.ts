import type { ProjectFields } from '../contract/schemas.ts';
import { emailKey, type Store } from '../storage/store.ts';
import { timestamp } from '../utils/clock.ts';
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
  store.once('seeding', () => {
    projects.forEach((project, index) =>
      store.projects.put({
        ...seedProject(index, project, random),
        id: project.id ?? store.nextId('proj'),
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
        id: user.id ?? store.nextId('user'),
        created_at: user.created_at ?? timestamp(now - (users.length - index) * dayInMs),
      });
    });
  });
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
