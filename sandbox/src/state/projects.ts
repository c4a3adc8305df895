import type { ProjectFields } from '../contract/schemas.ts';
import type { ProjectRecord } from '../storage/records.ts';
import { timestamp } from '../utils/clock.ts';
import type { Services } from './services.ts';

/** The statuses that the dashboard offers. A project may have any other. */
export const projectStatuses = ['active', 'paused', 'archived'] as const;

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
