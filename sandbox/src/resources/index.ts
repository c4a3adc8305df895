import type { User } from '@example/sdk';
import { type ProjectRecord, projects } from './projects.ts';
import { type Resource, someFieldsSchema } from './resource.ts';
import { users } from './users.ts';

/** The records of each resource. */
export interface Records {
  /** Users. Default: none. */
  users: User;
  /** Projects. Default: 100. */
  projects: ProjectRecord;
}

/** A record to create at the start. Missing fields get sample values. */
export type Seed<R> = { [F in keyof R]?: R[F] | undefined };

/** Records to create at the start, by resource: a number of sample records, or a list. */
export type Seeds = { [N in keyof Records]?: number | readonly Seed<Records[N]>[] | undefined };

/** A resource of {@link Records}. */
export type NamedResource = Resource & { readonly name: keyof Records };

/** All resources, in the order in which everything shows them. */
export const resources: readonly NamedResource[] = [users, projects];

/** A value for each resource, by its name. */
export function byResource<T>(valueFor: (resource: NamedResource) => T): Record<keyof Records, T> {
  // `Records` has the name of each resource.
  return Object.fromEntries(resources.map((each) => [each.name, valueFor(each)])) as Record<keyof Records, T>;
}

/** Schemas of records of which any field may be missing. */
export const fieldsSchemas = byResource(someFieldsSchema);

/** The documented routes. Paths with a parameter have it in braces. */
export const apiRoutes = [
  { method: 'GET', path: '/users/{id}' },
  { method: 'POST', path: '/users' },
  { method: 'GET', path: '/projects' },
] as const;
