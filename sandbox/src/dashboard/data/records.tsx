import * as z from 'zod/mini';
import type { Details } from '../../http/failure.ts';
import { capitalized, type Field as RecordField, type Resource, type StoredRecord } from '../../resources/resource.ts';
import { Card, Confirm, Copyable, Empty, PageHead, Pages, Pill, Table, Time } from '../parts/components.tsx';
import { type Choice, choices, Field, Select } from '../parts/fields.tsx';

/** The fields of a record as a form has them. */
export type Form = Readonly<Record<string, string>>;

export function Records({
  resource,
  records,
  page,
  pages,
  filter,
  search,
  form = {},
  errors,
}: {
  resource: Resource;
  records: readonly StoredRecord[];
  page: number;
  pages: number;
  /** Values that the records have in some fields; empty for any. */
  filter: Form;
  /** Part of the id or of a field. */
  search: string;
  form?: Form | undefined;
  errors?: Details | undefined;
}) {
  const { name, singular, fields, columns, create } = resource;
  const path = `/dashboard/${name}`;
  const isFiltered = search !== '' || Object.values(filter).some((value) => value !== '');
  const query = (number: number) => new URLSearchParams({ page: String(number), ...filter, q: search }).toString();
  return (
    <>
      <PageHead title={capitalized(name)}>
        <form method="get" action={path} class="single" role="search" aria-label="Filter the list" data-visit="true">
          <input
            type="search"
            name="q"
            value={search}
            placeholder={`Id or ${Object.keys(fields).join(', ')}`}
            aria-label={`Find ${name}`}
            autocomplete="off"
          />
          {Object.entries(filter).map(([field, value]) => (
            <Select
              name={field}
              aria-label={`${capitalized(field)} to show`}
              value={value}
              options={choices(`Any ${field}`, fields[field]?.choices ?? [])}
            />
          ))}
          <button class="plain unscripted">Filter</button>
        </form>
      </PageHead>
      {records.length === 0 ? (
        <Empty title={isFiltered ? `No ${singular} matches the filter.` : `No ${name} yet.`}>
          <p>
            {isFiltered ? (
              <a href={path}>Show all {name}</a>
            ) : create === undefined ? (
              'Create one below.'
            ) : (
              'Create one below, or with the API.'
            )}
          </p>
        </Empty>
      ) : (
        <Card flush>
          <Table
            caption={`${capitalized(name)}, newest first`}
            columns={[...columns.map(capitalized), 'Id', 'Created']}
          >
            {records.map((record) => (
              <tr>
                {columns.map((column, index) => (
                  <td class={index === 0 ? 'wide' : undefined}>
                    {index === 0 ? (
                      <a href={`${path}/${encodeURIComponent(record.id)}`}>{record[column]}</a>
                    ) : (
                      <Value field={fields[column]} value={record[column] ?? ''} />
                    )}
                  </td>
                ))}
                <td>
                  <Copyable text={record.id} label={`the ${singular} id`} />
                </td>
                <td>
                  <Time at={record.created_at} show="ago" />
                </td>
              </tr>
            ))}
          </Table>
        </Card>
      )}
      <Pages page={page} pages={pages} href={(number) => `${path}?${query(number)}`} />
      <Card title={`New ${singular}`}>
        <form method="post" action={path} class="stacked">
          <Inputs fields={fields} form={form} errors={errors} />
          <button class="main" name="action" value="create">
            Create {singular}
          </button>
        </form>
      </Card>
    </>
  );
}

/** One of a few values is a pill, with a tone for the usual one. */
function Value({ field, value }: { field: RecordField | undefined; value: string }) {
  if (field?.choices === undefined) return <>{value}</>;
  return <Pill tone={value === field.choices[0] ? 'good' : 'plain'}>{value}</Pill>;
}

export function RecordPage({
  resource: { name, singular, fields },
  record,
  title,
  form = record,
  errors,
}: {
  resource: Resource;
  record: StoredRecord;
  title: string;
  form?: Form | undefined;
  errors?: Details | undefined;
}) {
  const to = `/dashboard/${name}/${encodeURIComponent(record.id)}`;
  return (
    <>
      <PageHead title={title} lead={<Copyable text={record.id} label={`the ${singular} id`} />} />
      <Card>
        <form method="post" action={to} class="stacked">
          <Inputs fields={fields} form={form} errors={errors} />
          <button class="main" name="action" value="save">
            Save
          </button>
        </form>
        <div class="actions below">
          <Confirm to={to} action="delete" button={`Delete ${singular}`} question={`This deletes “${title}”.`} />
        </div>
      </Card>
    </>
  );
}

/** From here on, a text gets several lines, in characters. */
const longText = 1000;

function Inputs({ fields, form, errors }: { fields: Resource['fields']; form: Form; errors: Details | undefined }) {
  return (
    <>
      {Object.entries(fields).map(([name, { schema, choices: [...usual] = [] }]) => {
        const value = form[name] ?? usual[0] ?? '';
        const { format, maxLength: maxlength = 200 } = z.toJSONSchema(schema);
        const label = { label: capitalized(name), name, errors };
        if (usual.length > 0) {
          const options = [...new Set([...usual, value])].map((each): Choice => [each, each]);
          return (
            <Field {...label} id={`new-${name}`}>
              {(attributes) => <Select {...attributes} value={value} options={options} />}
            </Field>
          );
        }
        if (maxlength >= longText) {
          return (
            <Field {...label}>
              {(attributes) => (
                <textarea {...attributes} rows={3} maxlength={maxlength}>
                  {value}
                </textarea>
              )}
            </Field>
          );
        }
        const type = format === 'email' ? 'email' : 'text';
        return <Field {...label} type={type} value={value} required maxlength={maxlength} />;
      })}
    </>
  );
}
