import * as z from 'zod/mini';

/** A user of the account. */
export interface User {
  /** Unique identifier, such as `user_123`. */
  id: string;
  /** Full name. */
  name: string;
  /** Email address, unique in the account. */
  email: string;
  /** When the user was created: ISO 8601, UTC. */
  created_at: string;
}

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

/** A user as the API returns it. */
export const userSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  created_at: z.string(),
}) satisfies z.ZodMiniType<User>;

/** A project as the API returns it. */
export const projectSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  created_at: z.string(),
}) satisfies z.ZodMiniType<Project>;

/** A page of projects as the API returns it. */
export const projectListBody = z.object({
  data: z.array(projectSchema),
  meta: z.looseObject({ current_page: z.number(), total_pages: z.number(), total_count: z.number() }),
});

const { id, name, email } = userSchema._zod.def.shape;

/** The webhook event that is sent when a user was created. */
export const userCreatedSchema = z.object({
  event: z.literal('user.created'),
  data: z.object({ id, name, email }),
  timestamp: z.string(),
});
