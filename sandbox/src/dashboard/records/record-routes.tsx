import { type Context, Hono } from 'hono';
import { found } from '../../http/failure.ts';
import type { NamedResource } from '../../resources/index.ts';
import { capitalized } from '../../resources/resource.ts';
import type { Dashboard } from '../dashboard.tsx';
import { field, type InvalidForm } from '../parts/form.ts';
import { matches, newest } from '../parts/lists.ts';
import { fieldsOf, pathOf, recordsOf, RecordList, RecordPage, textsOf } from './records.tsx';

/** The list of a resource, and a page for each record. */
export function recordRoutes(dashboard: Dashboard, resource: NamedResource): Hono {
  const { name: plural, singular } = resource;
  const records = recordsOf(dashboard.services, resource);
  const fields = fieldsOf[plural];
  const routes = new Hono();
  const valuesOf = (form: URLSearchParams) => Object.fromEntries(fields.map(({ name }) => [name, field(form, name)]));

  const list = (context: Context, invalid?: InvalidForm) => {
    const { q = '', ...rest } = context.req.query();
    const chosen = fields
      .filter(({ options }) => options !== undefined)
      .map(({ name }): [string, string] => [name, rest[name] ?? '']);
    const found = records
      .list()
      .filter(
        (record) =>
          matches(q, ...textsOf(resource, record)) &&
          chosen.every(([name, value]) => value === '' || record[name] === value),
      );
    const shown = { records: newest(found), total: found.length, query: { q, ...Object.fromEntries(chosen) } };
    const page = <RecordList resource={resource} {...shown} invalid={invalid} />;
    return dashboard.page(context, capitalized(plural), page, invalid);
  };
  dashboard.serve(routes, '/', list, {
    create: (form) => ({ text: `“${records.create(valuesOf(form)).name}” is created.` }),
  });

  const record = (context: Context, invalid?: InvalidForm) => {
    const { id = '' } = context.req.param();
    const item = found(records.get(id), singular, id);
    const page = <RecordPage resource={resource} record={item} invalid={invalid} />;
    return dashboard.page(context, item.name, page, invalid);
  };
  dashboard.serve(routes, '/:id', record, {
    save: (form, id) => {
      records.update(id, valuesOf(form));
      return { text: `The ${singular} is saved.` };
    },
    delete: (_, id) => {
      found(records.delete(id) || undefined, singular, id);
      return { text: `The ${singular} is deleted.`, path: pathOf(resource) };
    },
  });

  return routes;
}
