import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import { byResource, type NamedResource } from '../../resources/index.ts';
import { capitalized, type StoredRecord } from '../../resources/resource.ts';
import { RecordState } from '../../state/sandbox-state.ts';
import type { Dashboard } from '../dashboard.tsx';
import { Action, Card, Empty, More, PageHead, Time } from '../parts/components.tsx';
import { type Choice, CreateForm, Field, Select } from '../parts/fields.tsx';
import { field, type InvalidForm } from '../parts/form.ts';
import { matches, newest } from '../parts/lists.ts';

/** The fields of a form, with the attributes of their inputs, or with the values to choose from. */
const fieldsOf = byResource(({ fields }) =>
  Object.entries(fields).map(([name, { schema, choices }]) => {
    const { format, maxLength = 200 } = z.toJSONSchema(schema);
    const input = {
      maxlength: maxLength,
      required: name !== 'description',
      type: format === 'email' ? 'email' : 'text',
    };
    return { name, input, choices };
  }),
);

/** The list of a resource: find, create and delete its records. */
export function recordRoutes(dashboard: Dashboard, resource: NamedResource): Hono {
  const { name: plural, singular } = resource;
  const records = new RecordState<StoredRecord>(dashboard.services, resource);
  const names = fieldsOf[plural].map(({ name }) => name);
  const routes = new Hono();

  const list = (context: Context, invalid?: InvalidForm) => {
    const { q = '' } = context.req.query();
    const found = records.list().filter((record) => matches(q, ...Object.values(record)));
    const page = <Records resource={resource} found={found} query={q} invalid={invalid} />;
    return dashboard.page(context, capitalized(plural), page, invalid);
  };
  dashboard.serve(routes, '/', list, {
    create: (form) => {
      const { name = '' } = records.create(Object.fromEntries(names.map((each) => [each, field(form, each)])));
      return { text: `“${name}” is created.` };
    },
    delete: (form) => ({
      text: records.delete(field(form, 'id')) ? `The ${singular} is deleted.` : `The ${singular} was gone already.`,
    }),
  });
  return routes;
}

function Records({
  resource,
  found,
  query,
  invalid,
}: {
  resource: NamedResource;
  /** Those that match the query, oldest first. */
  found: readonly StoredRecord[];
  query: string;
  invalid: InvalidForm | undefined;
}) {
  const { name: plural, singular } = resource;
  const to = `/dashboard/${plural}`;
  const fields = fieldsOf[plural];
  const shown = newest(found);
  return (
    <>
      <PageHead title={capitalized(plural)}>
        {/* It applies as it is changed. */}
        <form method="get" action={to} class="actions" role="search" aria-label="Filter the list" data-visit="true">
          <input
            type="search"
            name="q"
            value={query}
            placeholder={`Find ${plural}`}
            aria-label={`Find ${plural}`}
            autocomplete="off"
          />
        </form>
      </PageHead>
      <CreateForm to={to} action="create" button={`Create ${singular}`} errors={invalid?.errors}>
        {fields.map(({ name, input, choices }) => {
          const value = invalid?.form.get(name) ?? choices?.[0] ?? '';
          const options = [...new Set([...(choices ?? []), value])].map((option): Choice => [option, option]);
          return (
            <Field label={capitalized(name)} name={name} errors={invalid?.errors} value={value} {...input}>
              {choices && ((attributes) => <Select {...attributes} value={value} options={options} />)}
            </Field>
          );
        })}
      </CreateForm>
      {shown.length === 0 ? (
        <Empty title={query === '' ? `No ${plural} yet.` : `No ${singular} matches the filter.`}>
          <p>{query === '' ? 'Create one here, or with the API.' : <a href={to}>{`Show all ${plural}`}</a>}</p>
        </Empty>
      ) : (
        <Card flush>
          <ol class="rows" aria-label={`${capitalized(plural)}, newest first`}>
            {shown.map((record) => (
              <li class="row" id={record.id}>
                <span class="kind">{record.id}</span>
                <span class="subject">
                  <bdi>{record['name']}</bdi>
                </span>
                <span class="reason">
                  {fields.flatMap(({ name }) => (name === 'name' ? [] : record[name])).join(' · ')}
                </span>
                <Time at={record.created_at} />
                <Action to={to} action="delete" button="Delete">
                  <input type="hidden" name="id" value={record.id} />
                </Action>
              </li>
            ))}
          </ol>
          <More shown={shown.length} of={found.length} />
        </Card>
      )}
    </>
  );
}
