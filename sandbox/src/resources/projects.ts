import type { Project } from '@example/sdk';
import * as z from 'zod/mini';
import { matching, text } from '../utils/schemas.ts';
import { pick } from '../utils/random.ts';
import type { FieldName, Resource } from './resource.ts';

/** A project as the API returns it, with its status. */
export interface ProjectRecord extends Project {
  /** Status that `GET /projects?status=` filters by. */
  status: string;
}

const subjects = ['Website', 'Billing', 'Mobile app', 'Search', 'Onboarding', 'Reporting', 'Data export'] as const;
const works = ['redesign', 'migration', 'rewrite', 'pilot', 'launch', 'clean-up', 'research'] as const;
const teams = ['design', 'platform', 'growth', 'support', 'finance', 'field'] as const;
const statuses = ['active', 'active', 'active', 'paused', 'archived'] as const;

export const projects = {
  name: 'projects',
  singular: 'project',
  prefix: 'proj',
  fields: {
    name: { schema: text(200) },
    description: {
      schema: z.string('Must be a string.').check(z.maxLength(2000, 'Must have at most 2000 characters.')),
    },
    status: {
      schema: matching(/^[\w-]{1,50}$/, 'Must be 1 to 50 letters, digits, hyphens or underscores.'),
      choices: ['active', 'paused', 'archived'],
    },
  },
  initial: 100,
  sample: (random) => {
    const name = `${pick(random, subjects)} ${pick(random, works)}`;
    return { name, description: `${name} of the ${pick(random, teams)} team.`, status: pick(random, statuses) };
  },
  icon: 'M3 7a2 2 0 0 1 2-2h4l2 2h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z',
} as const satisfies Resource<FieldName<ProjectRecord>>;
