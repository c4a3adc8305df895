import * as z from 'zod/mini';
import type { Details } from '../../http/failure.ts';
import { byResource, resources } from '../../resources/index.ts';
import { capitalized } from '../../resources/resource.ts';
import { RecordState } from '../../state/sandbox-state.ts';
import type { Services } from '../../state/services.ts';
import { Card, Confirm, Copyable, Empty, More, PageHead, Row, Rows } from '../parts/components.tsx';
import { type Choice, choices, CreateForm, Field, Select } from '../parts/fields.tsx';

/** The values of a record, or of a form. */
export type Values = Readonly<Record<string, string>>;

interface Item {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
}

/** A field that a form has, and a list has a column for. */
interface ResourceField {
  readonly name: string;
  readonly maxlength?: number;
  readonly type?: string;
  /** Lines of a long text, which a list has no column for. */
  readonly rows?: number;
  /** Values to choose from, and to filter a list by. */
  readonly options?: readonly string[];
}

/** What the API stores, and the dashboard lists, creates, changes and deletes. */
export interface Resource {
  /** Its name, such as `user`. */
  readonly name: string;
  readonly plural: string;
  readonly fields: readonly ResourceField[];
  readonly state: RecordState<Item>;
}

/** From here on, a text gets several lines, in characters. */
const longText = 1000;

const fieldsOf = byResource(({ fields }) =>
  Object.entries(fields).map(([name, { schema, choices }]): ResourceField => {
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

export function resourcesOf(services: Services): readonly Resource[] {
  return resources.map((resource) => ({
    name: resource.singular,
    plural: resource.name,
    fields: fieldsOf[resource.name],
    state: new RecordState<Item>(services, resource),
  }));
}

/** The path of a resource's pages; with an id, of the page of a record. */
export function pathOf({ plural }: Resource, id?: string): string {
  return `/dashboard/${plural}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
}

/** The value of a field of a record. */
export function valueOf(item: Item, field: string): string {
  return (item as Item & Values)[field] ?? ''; // Each field is one of the record's, and a text.
}

interface Errors {
  /** What was typed into a form that had errors. */
  readonly form: Values | undefined;
  readonly errors: Details | undefined;
}

export function ResourceList({
  resource,
  items,
  total,
  query,
  form = {},
  errors,
}: {
  resource: Resource;
  items: readonly Item[];
  /** Number of items that match. */
  total: number;
  /** What the list is filtered by: `q` for a text, and fields with options. */
  query: Values;
} & Errors) {
  const { name, plural, fields } = resource;
  const to = pathOf(resource);
  const details = fields.filter((field) => field.name !== 'name' && field.rows === undefined);
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
            placeholder={`Id or ${fields.map((field) => field.name).join(', ')}`}
            aria-label={`Find ${plural}`}
            autocomplete="off"
          />
          {fields.map(
            ({ name: field, options }) =>
              options && (
                <Select
                  name={field}
                  aria-label={`${capitalized(field)} to show`}
                  value={query[field] ?? ''}
                  options={choices(`Any ${field}`, options)}
                />
              ),
          )}
          <button class="unscripted">Filter</button>
        </form>
      </PageHead>
      <CreateForm to={to} action="create" button={`Create ${name}`} errors={errors}>
        <Inputs resource={resource} form={form} errors={errors} />
      </CreateForm>
      {items.length === 0 ? (
        <Empty title={filtered ? `No ${name} matches the filter.` : `No ${plural} yet.`}>
          <p>{filtered ? <a href={to}>{`Show all ${plural}`}</a> : 'Create one here, or with the API.'}</p>
        </Empty>
      ) : (
        <Card flush>
          <Rows label={`${capitalized(plural)}, newest first`}>
            {items.map((item) => (
              <Row
                kind={item.id}
                subject={item.name}
                reason={details.map((field) => valueOf(item, field.name)).join(' · ')}
                at={item.created_at}
                href={pathOf(resource, item.id)}
              />
            ))}
          </Rows>
          <More shown={items.length} of={total} />
        </Card>
      )}
    </>
  );
}

/** A record: what can be changed of it. */
export function ResourcePage({ resource, item, form, errors }: { resource: Resource; item: Item } & Errors) {
  const { name, fields } = resource;
  const to = pathOf(resource, item.id);
  const values = form ?? Object.fromEntries(fields.map((field) => [field.name, valueOf(item, field.name)]));
  return (
    <>
      <PageHead title={item.name} lead={<Copyable text={item.id} label={`the ${name} id`} />} />
      <Card>
        <form method="post" action={to}>
          <Inputs resource={resource} form={values} errors={errors} />
          <button class="main" name="action" value="save">
            Save
          </button>
        </form>
        <div class="actions below">
          <Confirm to={to} action="delete" button={`Delete ${name}`} question={`This deletes “${item.name}”.`} />
        </div>
      </Card>
    </>
  );
}

function Inputs({ resource, form, errors }: { resource: Resource; form: Values; errors: Details | undefined }) {
  return (
    <>
      {resource.fields.map(({ name, rows, options, ...input }) => {
        const value = form[name] ?? options?.[0] ?? '';
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
