import * as z from 'zod/mini';
import { byResource, type NamedResource } from '../../resources/index.ts';
import { capitalized, type StoredRecord } from '../../resources/resource.ts';
import { RecordState } from '../../state/sandbox-state.ts';
import type { Services } from '../../state/services.ts';
import { Card, Confirm, Copyable, Empty, More, PageHead, Row, Rows } from '../parts/components.tsx';
import { type Choice, choices, CreateForm, Field, Select } from '../parts/fields.tsx';
import type { InvalidForm } from '../parts/form.ts';

/** A record: each resource has names. */
type NamedRecord = StoredRecord & { readonly name: string };

/** A field that a form has, and a list has a column for. */
interface RecordField {
  readonly name: string;
  readonly maxlength?: number;
  readonly type?: string;
  /** Lines of a long text, which a list has no column for. */
  readonly rows?: number;
  /** Values to choose from, and to filter a list by. */
  readonly options?: readonly string[];
}

/** From here on, a text gets several lines, in characters. */
const longText = 1000;

export const fieldsOf = byResource(({ fields }) =>
  Object.entries(fields).map(([name, { schema, choices }]): RecordField => {
    const { format, maxLength = 200 } = z.toJSONSchema(schema);
    return {
      name,
      maxlength: maxLength,
      ...(format === 'email' && { type: 'email' }),
      ...(maxLength >= longText && { rows: 3 }),
      ...(choices !== undefined && { options: choices }),
    };
  }),
);

export function recordsOf(services: Services, resource: NamedResource): RecordState<NamedRecord> {
  return new RecordState<NamedRecord>(services, resource);
}

/** The path of a resource's pages; with an id, of the page of a record. */
export function pathOf({ name }: NamedResource, id?: string): string {
  return `/dashboard/${name}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
}

/** What a record is found by. */
export function textsOf({ fields }: NamedResource, record: StoredRecord): string[] {
  return [record.id, ...Object.keys(fields).map((name) => record[name] ?? '')];
}

export function RecordList({
  resource,
  records,
  total,
  query,
  invalid,
}: {
  resource: NamedResource;
  records: readonly NamedRecord[];
  /** Number of records that match. */
  total: number;
  /** What the list is filtered by: `q` for a text, and fields with options. */
  query: Readonly<Record<string, string>>;
  invalid: InvalidForm | undefined;
}) {
  const { name: plural, singular } = resource;
  const fields = fieldsOf[plural];
  const to = pathOf(resource);
  const details = fields.filter(({ name, rows }) => name !== 'name' && rows === undefined);
  const filtered = Object.values(query).some((value) => value !== '');
  return (
    <>
      <PageHead title={capitalized(plural)}>
        {/* It applies as it is changed. */}
        <form method="get" action={to} class="actions" role="search" aria-label="Filter the list" data-visit="true">
          <input
            type="search"
            name="q"
            value={query['q'] ?? ''}
            placeholder={`Id or ${fields.map(({ name }) => name).join(', ')}`}
            aria-label={`Find ${plural}`}
            autocomplete="off"
          />
          {fields.map(
            ({ name, options }) =>
              options && (
                <Select
                  name={name}
                  aria-label={`${capitalized(name)} to show`}
                  value={query[name] ?? ''}
                  options={choices(`Any ${name}`, options)}
                />
              ),
          )}
          <button class="unscripted">Filter</button>
        </form>
      </PageHead>
      <CreateForm to={to} action="create" button={`Create ${singular}`} errors={invalid?.errors}>
        <Inputs resource={resource} invalid={invalid} />
      </CreateForm>
      {records.length === 0 ? (
        <Empty title={filtered ? `No ${singular} matches the filter.` : `No ${plural} yet.`}>
          <p>{filtered ? <a href={to}>{`Show all ${plural}`}</a> : 'Create one here, or with the API.'}</p>
        </Empty>
      ) : (
        <Card flush>
          <Rows label={`${capitalized(plural)}, newest first`}>
            {records.map((record) => (
              <Row
                kind={record.id}
                subject={record.name}
                reason={details.map(({ name }) => record[name]).join(' · ')}
                at={record.created_at}
                href={pathOf(resource, record.id)}
              />
            ))}
          </Rows>
          <More shown={records.length} of={total} />
        </Card>
      )}
    </>
  );
}

/** A record: what can be changed of it. */
export function RecordPage({
  resource,
  record,
  invalid,
}: {
  resource: NamedResource;
  record: NamedRecord;
  invalid: InvalidForm | undefined;
}) {
  const { singular } = resource;
  const to = pathOf(resource, record.id);
  return (
    <>
      <PageHead title={record.name} lead={<Copyable text={record.id} label={`the ${singular} id`} />} />
      <Card>
        <form method="post" action={to}>
          <Inputs resource={resource} record={record} invalid={invalid} />
          <button class="main" name="action" value="save">
            Save
          </button>
        </form>
        <div class="actions below">
          <Confirm to={to} action="delete" button={`Delete ${singular}`} question={`This deletes “${record.name}”.`} />
        </div>
      </Card>
    </>
  );
}

/** The fields, with what was typed, or with the values of a record, or with the usual ones. */
function Inputs({
  resource,
  record,
  invalid,
}: {
  resource: NamedResource;
  record?: NamedRecord;
  invalid: InvalidForm | undefined;
}) {
  const errors = invalid?.errors;
  return (
    <>
      {fieldsOf[resource.name].map(({ name, rows, options, ...input }) => {
        const value = invalid?.form.get(name) ?? record?.[name] ?? options?.[0] ?? '';
        if (options !== undefined) {
          const all = [...new Set([...options, value])].map((option): Choice => [option, option]);
          return (
            <Field label={capitalized(name)} name={name} id={`field-${name}`} errors={errors}>
              {(attributes) => <Select {...attributes} value={value} options={all} />}
            </Field>
          );
        }
        if (rows === undefined)
          return <Field label={capitalized(name)} name={name} value={value} errors={errors} required {...input} />;
        return (
          <Field label={capitalized(name)} name={name} errors={errors}>
            {(attributes) => (
              <textarea {...attributes} rows={rows} maxlength={input.maxlength}>
                {value}
              </textarea>
            )}
          </Field>
        );
      })}
    </>
  );
}
