import { Hono } from 'hono';
import * as z from 'zod/mini';
import type { Env } from './exchange.ts';
import { invalidFields } from './failure.ts';
import { parseFields } from './fields.ts';
import { allowOnly } from './methods.ts';
import { projectListBody } from './schemas.ts';
import type { Services } from './services.ts';

/** Items on a page at most. */
const MAX_PER_PAGE = 100;

const integer = (least: number, most: number, message: string) =>
  z.pipe(
    z.string().check(z.regex(/^\d{1,15}$/, message)),
    z.pipe(z.transform(Number), z.int().check(z.minimum(least, message), z.maximum(most, message))),
  );

/** What `GET /projects` takes. */
export const projectListSchema = z.strictObject({
  page: z._default(integer(1, Number.MAX_SAFE_INTEGER, 'Must be an integer of at least 1.'), 1),
  per_page: z._default(integer(1, MAX_PER_PAGE, `Must be an integer from 1 to ${MAX_PER_PAGE}.`), 20),
  status: z.optional(z.string().check(z.minLength(1, 'Must not be empty: leave it out to get every project.'))),
});

export function projectRoutes({ store }: Services): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get('/', (context) => {
    const { page, per_page, status } = parseFields(projectListSchema, single(context.req.queries()));
    const projects = store.projects.all.filter((project) => status === undefined || project.status === status);
    // Newest first, as lists of this kind are: what is created meanwhile moves the pages, so clients must cope.
    projects.reverse();

    return context.json(
      projectListBody.parse({
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
