import type { ProjectSeed, UserSeed } from './options.ts';
import type { ProjectFields } from './projects.ts';
import { pick, type Random, seededRandom } from './random.ts';
import { emailKey, type Store } from './store.ts';
import { timestamp } from './timestamp.ts';

const DAY = 86_400_000;

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

/** Fills a new store with what it begins with; the same for the same seed. */
export function seedStore(store: Store, { projects, users, seed }: Seeding, now: number): void {
  const random = seededRandom(seed);
  store.once('seeding', () => {
    projects.forEach((project, index) =>
      store.projects.put({
        ...seedProject(index, project, random),
        id: project.id ?? store.nextId('proj'),
        // One a day, the last one yesterday.
        created_at: project.created_at ?? timestamp(now - (projects.length - index) * DAY),
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
        created_at: user.created_at ?? timestamp(now - (users.length - index) * DAY),
      });
    });
  });
}

/** A project's fields, where not given made up. */
export function seedProject(index: number, given: ProjectSeed, random: Random = seededRandom(index)): ProjectFields {
  const made = `${pick(random, subjects)} ${pick(random, works)}`;
  const description = `${made} of the ${pick(random, teams)} team.`;
  const status = pick(random, statuses);
  const some = Object.values(given).some((value) => value !== undefined);
  return {
    name: given.name ?? made,
    description: given.description ?? description,
    // Who describes a project and does not say otherwise means one that is under way.
    status: given.status ?? (some ? 'active' : status),
  };
}

/** A user's fields, where not given made up. */
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
