import { type Context, Hono } from 'hono';
import { type Details, found } from '../../http/failure.ts';
import { capitalized } from '../../resources/resource.ts';
import type { Dashboard } from '../dashboard.tsx';
import { attempted, field, readForm, unknownAction } from '../parts/form.ts';
import { matches, newest } from '../parts/lists.ts';
import { pathOf, type Resource, ResourceList, ResourcePage, valueOf, type Values } from './records.tsx';

/** The list of a resource, and a page for each record. */
export function resourceRoutes(dashboard: Dashboard, resource: Resource): Hono {
  const { name, fields, state } = resource;
  const routes = new Hono();
  const filters = fields.filter(({ options }) => options !== undefined).map((each) => each.name);
  const valuesOf = (form: URLSearchParams): Values =>
    Object.fromEntries(fields.map((each) => [each.name, field(form, each.name)]));

  const list = (context: Context, form?: Values, errors?: Details) => {
    const { q = '', ...rest } = context.req.query();
    const chosen = filters.map((filter): [string, string] => [filter, rest[filter] ?? '']);
    const found = state
      .list()
      .filter(
        (item) =>
          matches(q, item.id, ...fields.map((each) => valueOf(item, each.name))) &&
          chosen.every(([filter, value]) => value === '' || valueOf(item, filter) === value),
      );
    const shown = {
      items: newest(found),
      total: found.length,
      query: { q, ...Object.fromEntries(chosen) },
      form,
      errors,
    };
    return dashboard.page(context, capitalized(resource.plural), <ResourceList resource={resource} {...shown} />, {
      errors,
    });
  };

  routes.get('/', (context) => list(context));
  routes.post('/', async (context) => {
    const { form, action } = await readForm(context.req.raw);
    if (action !== 'create') throw unknownAction();
    const { errors } = await attempted(() => state.create(valuesOf(form)));
    if (errors !== undefined) return list(context, valuesOf(form), errors);
    return dashboard.done(context, pathOf(resource), { text: `“${field(form, 'name')}” is created.` });
  });

  const itemOf = (context: Context) => {
    const { id = '' } = context.req.param();
    return found(state.get(id), name, id);
  };
  const record = (context: Context, form?: Values, errors?: Details) => {
    const item = itemOf(context);
    const page = <ResourcePage resource={resource} item={item} form={form} errors={errors} />;
    return dashboard.page(context, item.name, page, { errors });
  };

  routes.get('/:id', (context) => record(context));
  routes.post('/:id', async (context) => {
    const { id } = itemOf(context);
    const { form, action } = await readForm(context.req.raw);
    switch (action) {
      case 'save': {
        const { errors } = await attempted(() => state.update(id, valuesOf(form)));
        if (errors !== undefined) return record(context, valuesOf(form), errors);
        return dashboard.done(context, context.req.path, { text: `The ${name} is saved.` });
      }
      case 'delete':
        state.delete(id);
        return dashboard.done(context, pathOf(resource), { text: `The ${name} is deleted.` });
      default:
        throw unknownAction();
    }
  });

  return routes;
}
