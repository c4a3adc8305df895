import type { ResolvedOptions } from './options.ts';
import { pick, seededRandom } from './random.ts';
import type { Store } from './store.ts';
import { timestamp } from './timestamp.ts';

const DAY = 86_400_000;

const subjects = ['Website', 'Billing', 'Mobile app', 'Search', 'Onboarding', 'Reporting', 'Data export'] as const;
const works = ['redesign', 'migration', 'rewrite', 'pilot', 'launch', 'clean-up', 'research'] as const;
const teams = ['design', 'platform', 'growth', 'support', 'finance', 'field'] as const;
const statuses = ['active', 'active', 'active', 'paused', 'archived'] as const;
const firstNames = ['Ada', 'Alan', 'Barbara', 'Donald', 'Edsger', 'Frances', 'Grace', 'Katherine', 'Ken'] as const;
const lastNames = ['Hopper', 'Lovelace', 'Liskov', 'Allen', 'Johnson', 'Thompson', 'Turing', 'Knuth'] as const;

/** Fills an empty store with the projects and users to begin with; the same ones for the same seed. */
export function seedStore(store: Store, options: ResolvedOptions): void {
  const random = seededRandom(options.seed);
  const start = options.now();

  store.transaction(() => {
    options.projects.forEach((seed, index) => {
      const name = `${pick(random, subjects)} ${pick(random, works)}`;
      const made = {
        name,
        description: `${name} of the ${pick(random, teams)} team.`,
        status: pick(random, statuses),
      };
      // One a day, the last one yesterday.
      const age = (options.projects.length - index) * DAY;
      store.projects.put({
        id: seed.id ?? store.nextId('proj'),
        name: seed.name ?? made.name,
        description: seed.description ?? made.description,
        created_at: seed.created_at ?? timestamp(start - age),
        status: seed.status ?? (Object.keys(seed).length > 0 ? 'active' : made.status),
      });
    });
    options.users.forEach((seed, index) => {
      const [first, last] = [pick(random, firstNames), pick(random, lastNames)];
      const age = (options.users.length - index) * DAY;
      store.users.put({
        id: seed.id ?? store.nextId('user'),
        name: seed.name ?? `${first} ${last}`,
        email: seed.email ?? `${first}.${last}.${index + 1}@example.com`.toLowerCase(),
        created_at: seed.created_at ?? timestamp(start - age),
      });
    });
  });
}
