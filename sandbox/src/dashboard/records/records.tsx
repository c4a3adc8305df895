import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import { byResource, type NamedResource } from '../../resources/index.ts';
import { capitalized, type StoredRecord } from '../../resources/resource.ts';
import { RecordState } from '../../state/sandbox-state.ts';
import type { Dashboard } from '../dashboard.tsx';
import { Action, Card, Empty, PageHead, Pill, Rest, Time } from '../parts/components.tsx';
import { type Choice, CreateForm, Field, Select } from '../parts/fields.tsx';
import { field, type InvalidForm } from '../parts/form.ts';
import { matches, shownOf } from '../parts/lists.ts';
import { number } from '../parts/numbers.ts';

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
    const query = context.req.query();
    const found = records.list().filter((record) => matches(query['q'] ?? '', ...Object.values(record)));
    const page = <Records resource={resource} found={found.reverse()} query={query} invalid={invalid} />;
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
  /** Those that match the query, newest first. */
  found: readonly StoredRecord[];
  query: Readonly<Record<string, string>>;
  invalid: InvalidForm | undefined;
}) {
  const { name: plural, singular } = resource;
  const to = `/dashboard/${plural}`;
  const fields = fieldsOf[plural];
  const shown = shownOf(found, query['all']);
  const { q = '' } = query;
  return (
    <>
      <PageHead
        title={
          <>
            {capitalized(plural)} <i class="hint">{number(found.length)}</i>
          </>
        }
      >
        {/* It applies as it is changed. */}
        <form method="get" action={to} class="actions" role="search" aria-label="Filter the list" data-visit="true">
          <input
            type="search"
            name="q"
            value={q}
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
        <Empty title={q === '' ? `No ${plural} yet.` : `No ${singular} matches the filter.`}>
          <p>{q === '' ? 'Create one here, or with the API.' : <a href={to}>{`Show all ${plural}`}</a>}</p>
        </Empty>
      ) : (
        <Card flush>
          <ol class="rows" aria-label={`${capitalized(plural)}, newest first`}>
            {shown.map((record) => (
              <li class="row record" id={record.id}>
                <span class="kind">{record.id}</span>
                <span class="subject">
                  <bdi>{record['name']}</bdi>
                </span>
                <span class="reason">
                  {fields.map(({ name, choices }) => name !== 'name' && !choices && record[name])}
                </span>
                {fields.map(
                  ({ name, choices }) =>
                    choices && <Pill tone={record[name] === choices[0] ? 'good' : 'plain'}>{record[name]}</Pill>,
                )}
                <Time at={record.created_at} />
                <Action to={to} action="delete" button="Delete" tone="quiet">
                  <input type="hidden" name="id" value={record.id} />
                </Action>
              </li>
            ))}
          </ol>
          <Rest shown={shown.length} of={found.length} href={`?q=${encodeURIComponent(q)}&all=true`} />
        </Card>
      )}
    </>
  );
}
