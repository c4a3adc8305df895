import { type Context, Hono } from 'hono';
import type { Details } from '../../http/failure.ts';
import { capitalized, type Resource, type StoredRecord } from '../../resources/resource.ts';
import { RecordState } from '../../state/sandbox-state.ts';
import type { Dashboard } from '../dashboard.tsx';
import { attempted, field, readForm, unknownAction } from '../parts/form.ts';
import { matches, requireFound, slice } from '../parts/lists.ts';
import { type Form, RecordPage, Records } from './records.tsx';

/** The pages of a resource: its list, and one for each record. */
export function recordRoutes(dashboard: Dashboard, resource: Resource): Hono {
  const { name, singular, fields, list: filters = {} } = resource;
  const records = new RecordState<StoredRecord>(dashboard.services, resource);
  const names = Object.keys(fields);
  const routes = new Hono();

  const list = (context: Context, form?: Form, errors?: Details) => {
    const { q: search = '', page, ...query } = context.req.query();
    const filter = Object.fromEntries(Object.keys(filters).map((each) => [each, query[each] ?? '']));
    const wanted = Object.entries(filter).filter(([, value]) => value !== '');
    const { items, ...pages } = slice(
      records
        .list()
        .filter(
          (record) =>
            matches(search, record.id, ...names.map((each) => record[each] ?? '')) &&
            wanted.every(([each, value]) => record[each] === value),
        ),
      page,
    );
    const shown = { resource, records: items, ...pages, filter, search, form, errors };
    return dashboard.page(context, capitalized(name), <Records {...shown} />, {
      status: errors === undefined ? 200 : 422,
    });
  };
  const formOf = (form: URLSearchParams) => Object.fromEntries(names.map((each) => [each, field(form, each)]));

  routes.get('/', (context) => list(context));
  routes.post('/', async (context) => {
    const { form, action } = await readForm(context.req.raw);
    if (action !== 'create') throw unknownAction();
    const given = formOf(form);
    const { errors } = await attempted(() => records.create(given));
    if (errors !== undefined) return list(context, given, errors);
    return dashboard.done(context, `/dashboard/${name}`, { text: `“${titleOf(resource, given)}” is created.` });
  });

  const recordOf = (context: Context) => requireFound(records.get(context.req.param('id') ?? ''));
  const recordPage = (context: Context, form?: Form, errors?: Details) => {
    const record = recordOf(context);
    const title = titleOf(resource, record);
    return dashboard.page(context, title, <RecordPage {...{ resource, record, title, form, errors }} />, {
      status: errors === undefined ? 200 : 422,
    });
  };

  routes.get('/:id', (context) => recordPage(context));
  routes.post('/:id', async (context) => {
    const { id } = recordOf(context);
    const { form, action } = await readForm(context.req.raw);
    switch (action) {
      case 'save': {
        const given = formOf(form);
        const { errors } = await attempted(() => records.update(id, given));
        if (errors !== undefined) return recordPage(context, given, errors);
        return dashboard.done(context, context.req.path, { text: `The ${singular} is saved.` });
      }
      case 'delete':
        records.delete(id);
        return dashboard.done(context, `/dashboard/${name}`, { text: `The ${singular} is deleted.` });
      default:
        throw unknownAction();
    }
  });

  return routes;
}

function titleOf({ columns }: Resource, record: Form): string {
  return record[columns[0] ?? ''] ?? '';
}
