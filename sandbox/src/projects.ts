import * as z from 'zod/mini';
import type { Services } from './services.ts';
import type { ProjectRecord } from './store.ts';
import { timestamp } from './timestamp.ts';
import { text } from './users.ts';

/** Statuses that the dashboard offers; a project may have any other, too. */
export const PROJECT_STATUSES = ['active', 'paused', 'archived'] as const;

/** What can be said of a project. */
export const projectFieldsSchema = z.strictObject({
  name: text(200),
  description: z.string('Must be a string.').check(z.maxLength(2000, 'Must have at most 2000 characters.')),
  status: z
    .string('Must be a string.')
    .check(z.regex(/^[\w-]{1,50}$/, 'Must be 1 to 50 letters, digits, hyphens or underscores.')),
});

export interface ProjectFields {
  name: string;
  description: string;
  status: string;
}

export function createProject({ store, clock }: Services, fields: ProjectFields): ProjectRecord {
  return store.transaction(() => {
    const project = { id: store.nextId('proj'), created_at: timestamp(clock.now()), ...fields };
    store.projects.put(project);
    return project;
  });
}

export function updateProject(
  { store }: Services,
  project: ProjectRecord,
  changes: Partial<ProjectFields>,
): ProjectRecord {
  const changed = { ...project, ...changes };
  store.projects.put(changed);
  return changed;
}
