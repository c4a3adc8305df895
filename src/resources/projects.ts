import type { ListOptions, PageParams } from '../pagination/list-options.ts';
import { ListPromise, type ListRequester } from '../pagination/list-promise.ts';
import { boundTo } from '../utils/arguments.ts';
import * as z from 'zod/mini';

/** A project of the account. */
export interface Project {
  /** Unique identifier, such as `proj_123`. */
  id: string;
  /** Name. */
  name: string;
  /** Description. */
  description: string;
  /** When the project was created: ISO 8601, UTC. */
  created_at: string;
}

/** Which projects to list. */
export interface ProjectListParams extends PageParams {
  /** Only projects with this status, such as `active`. */
  status?: string | undefined;
}

export const projectSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  created_at: z.string(),
});

/** Lists projects. */
export class Projects {
  readonly #requester: ListRequester;

  /** @internal */
  constructor(requester: ListRequester) {
    this.#requester = requester;
  }

  /**
   * Lists projects: `GET /projects`. Iterate over the result to get the projects of all pages, or await it to get one
   * page.
   *
   * @param params The filter, and the page to start at.
   * @param options Options for this list.
   * @example
   * for await (const project of client.projects.list({ status: 'active' })) {
   *   console.log(project.name);
   * }
   */
  list(params: ProjectListParams = {}, options?: ListOptions): ListPromise<Project> {
    const list = { route: '/projects', query: params, itemSchema: projectSchema };
    return new ListPromise(boundTo(this, Projects, 'projects.list').#requester, list, options);
  }
}
