import { Hono } from 'hono';
import { found } from '../../http/failure.ts';
import { capitalized } from '../../resources/resource.ts';
import type { Dashboard } from '../dashboard.tsx';
import { matches, newest } from '../parts/lists.ts';
import { type Resource, ResourceList, ResourcePage, valueOf } from './records.tsx';

/** The list of a resource, and a page for each record. */
export function resourceRoutes(dashboard: Dashboard, resource: Resource): Hono {
  const { name, plural, fields, state } = resource;
  const filters = fields.filter(({ options }) => options !== undefined).map((field) => field.name);
  const routes = new Hono();

  routes.get('/', (context) => {
    const { q = '', ...rest } = context.req.query();
    const chosen = filters.map((filter): [string, string] => [filter, rest[filter] ?? '']);
    const matching = state
      .list()
      .filter(
        (item) =>
          matches(q, item.id, ...fields.map((field) => valueOf(item, field.name))) &&
          chosen.every(([filter, value]) => value === '' || valueOf(item, filter) === value),
      );
    const shown = { items: newest(matching), total: matching.length, query: { q, ...Object.fromEntries(chosen) } };
    return dashboard.page(context, capitalized(plural), <ResourceList resource={resource} {...shown} />);
  });

  routes.get('/:id', (context) => {
    const { id } = context.req.param();
    const item = found(state.get(id), name, id);
    return dashboard.page(context, item.name, <ResourcePage resource={resource} item={item} />);
  });

  return routes;
}
