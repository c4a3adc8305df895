import * as z from 'zod/mini';

/** A project of the account. */
export interface Project {
  /** Unique identifier, such as `proj_123`. */
  id: string;
  /** Name. */
  name: string;
  /** What the project is about. */
  description: string;
  /** When the project was created: ISO 8601, UTC. */
  created_at: string;
}

/** Which projects to list. */
export interface ProjectListParams {
  /** Page number, from 1. Default 1. */
  page?: number | undefined;
  /** Items per page. Default 20. */
  per_page?: number | undefined;
  /** Only projects with this status, such as `active`. */
  status?: string | undefined;
}

export const projectSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  created_at: z.string(),
});
