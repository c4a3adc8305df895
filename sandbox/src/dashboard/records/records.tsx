import { type Context, Hono } from 'hono';
import { byResource, type NamedResource } from '../../resources/index.ts';
import { capitalized, type StoredRecord } from '../../resources/resource.ts';
import { RecordState } from '../../state/sandbox-state.ts';
import type { Dashboard } from '../dashboard.tsx';
import { Card, Copy, Copyable, Dialog, Empty, Menu, PageHead, Pill, Rest, Rows, Time } from '../parts/components.tsx';
import { type Choice, Field } from '../parts/fields.tsx';
import { field, type InvalidForm } from '../parts/form.ts';
import { step } from '../parts/lists.ts';
import { number } from '../parts/numbers.ts';

/** The fields of a form, and the values to choose from. */
const fieldsOf = byResource(({ fields }) => Object.entries(fields).map(([name, { choices }]) => ({ name, choices })));

/** The list of a resource: find, create and delete its records. */
export function recordRoutes(dashboard: Dashboard, resource: NamedResource): Hono {
  const { name: plural, singular } = resource;
  const records = new RecordState<StoredRecord>(dashboard.services, resource);
  const names = fieldsOf[plural].map(({ name }) => name);
  const routes = new Hono();

  const list = (context: Context, invalid?: InvalidForm) => {
    const query = context.req.query();
    const all = records.list();
    const text = (query['q'] ?? '').trim().toLowerCase();
    const found = all.filter((record) => Object.values(record).some((value) => value.toLowerCase().includes(text)));
    const page = (
      <Records resource={resource} found={found.reverse()} total={all.length} query={query} invalid={invalid} />
    );
    return dashboard.page(context, capitalized(plural), page, invalid);
  };
  dashboard.serve(routes, '/', list, {
    create: (form) => {
      const { id, name = '' } = records.create(Object.fromEntries(names.map((each) => [each, field(form, each)])));
      return { text: `“${name}” created`, row: id };
    },
    delete: (form) => {
      records.delete(field(form, 'id'));
      return { text: `${capitalized(singular)} deleted` };
    },
  });
  return routes;
}

interface RecordsProps {
  resource: NamedResource;
  /** Those that match the query, newest first. */
  found: readonly StoredRecord[];
  /** How many there are without a query. */
  total: number;
  query: Readonly<Record<string, string>>;
  invalid: InvalidForm | undefined;
}

function Records({ resource, found, total, query, invalid }: RecordsProps) {
  const { name: plural, singular } = resource;
  const to = `/dashboard/${plural}`;
  const fields = fieldsOf[plural];
  // A sentence has no room in a row.
  const columns = fields.filter(({ name }) => name !== 'description');
  const shown = found.slice(0, Number(query['shown']) || step);
  const { q = '' } = query;
  const filtered = q !== '' && total > 0;
  const search = { type: 'search', autocomplete: 'off' };
  const isEmpty = found.length === 0 && !filtered;
  const remove = { to, action: 'delete', button: `Delete ${singular}`, tone: 'danger' } as const;
  const create = (
    <Dialog id="create" title={`Create ${singular}`} to={to} action="create" open={invalid !== undefined}>
      {fields.map(({ name, choices }) => {
        const options = choices?.map((each): Choice => [each, each]);
        const [value] = choices ?? [];
        return <Field label={capitalized(name)} name={name} invalid={invalid} value={value} options={options} />;
      })}
    </Dialog>
  );
  return (
    <>
      <PageHead
        title={[
          capitalized(plural),
          ' ',
          <i class="hint">{number(found.length) + (filtered ? ` of ${number(total)}` : '')}</i>,
        ]}
      >
        {!isEmpty && (
          <form method="get" action={to} role="search" aria-label="Filter the list" data-visit="true">
            <input {...search} name="q" value={q} placeholder={`Find ${plural}`} aria-label={`Find ${plural}`} />
          </form>
        )}
        {!isEmpty && create}
      </PageHead>
      <Card>
        {shown.length === 0 ? (
          <Empty title={filtered ? `No ${singular} matches “${q}”.` : `No ${plural} yet.`}>
            <p>{filtered ? <a href={to}>{`Show all ${plural}`}</a> : 'Create one here, or with the API.'}</p>
            {isEmpty && create}
          </Empty>
        ) : (
          <>
            <Rows
              of="records"
              label={`${capitalized(plural)}, newest first`}
              heads={['ID', ...columns.map(({ name }) => capitalized(name)), 'Created', '']}
            >
              {shown.map((record) => (
                <li class="row record" id={record.id}>
                  <Copyable text={record.id} label="the id" />
                  {columns.map(({ name, choices }) =>
                    choices ? (
                      <Pill tone={(['good', 'fair'] as const)[choices.indexOf(record[name] ?? '')] ?? 'plain'}>
                        {record[name]}
                      </Pill>
                    ) : (
                      <bdi class={name === 'name' ? 'subject' : 'reason'} title={record[name]}>
                        {record[name]?.split(/(?=@)/).flatMap((part) => [<wbr />, part])}
                      </bdi>
                    ),
                  )}
                  <Time at={record.created_at} show="date" />
                  <Menu of={`${record['name']}`} id={`more-${record.id}`}>
                    <Copy text={record.id} label="the id">
                      {`Copy ${record.id}`}
                    </Copy>
                    <Dialog {...remove} id={`delete-${record.id}`} title={`Delete “${record['name']}”?`}>
                      <input type="hidden" name="id" value={record.id} />
                      <p>
                        {record['email'] ?? record['name']} · <code>{record.id}</code>
                      </p>
                      <p>This can't be undone.</p>
                    </Dialog>
                  </Menu>
                </li>
              ))}
            </Rows>
            <Rest shown={shown.length} more={Math.min(step, found.length - shown.length)} query={query} />
          </>
        )}
      </Card>
    </>
  );
}
