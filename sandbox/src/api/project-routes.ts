import { allowOnly } from '../http/allowed-methods.ts';
import { Hono } from 'hono';
import { projectListSchema, projectPageSchema } from '../contract/schemas.ts';
import { invalidFields } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import type { Services } from '../state/services.ts';
import type { Env } from './request-context.ts';

export function projectRoutes({ store }: Services): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get('/', (context) => {
    const { page, per_page, status } = parseFields(projectListSchema, single(context.req.queries()));
    const projects = store.projects.all.filter((project) => status === undefined || project.status === status);
    // Newest first, as in most APIs: a project created between two requests shifts the pages, so clients must cope with it.
    projects.reverse();

    return context.json(
      projectPageSchema.parse({
        data: projects.slice((page - 1) * per_page, page * per_page),
        meta: {
          current_page: page,
          total_pages: Math.ceil(projects.length / per_page),
          total_count: projects.length,
        },
      }),
    );
  });
  routes.all('/', allowOnly('GET', 'HEAD'));

  return routes;
}

function single(query: Readonly<Record<string, readonly string[]>>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(query).map(([name, values]) => {
      if (values.length > 1) throw invalidFields({ [name]: 'Must be given once.' });
      return [name, values[0]];
    }),
  );
}
