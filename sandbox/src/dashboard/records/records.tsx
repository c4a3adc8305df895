import * as z from 'zod/mini';
import { byResource, resources } from '../../resources/index.ts';
import { capitalized } from '../../resources/resource.ts';
import { RecordState } from '../../state/sandbox-state.ts';
import type { Services } from '../../state/services.ts';
import { Card, Copyable, Empty, Facts, More, PageHead, Row, Rows, Time } from '../parts/components.tsx';
import { choices, Select } from '../parts/fields.tsx';

/** The values of a record, or of a filter. */
type Values = Readonly<Record<string, string>>;

interface Item {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
}

interface ResourceField {
  readonly name: string;
  /** Whether it is too long for a row of a list. */
  readonly isLong: boolean;
  /** Values to filter a list by. */
  readonly options: readonly string[] | undefined;
}

/** What the API stores, and the dashboard lists. */
export interface Resource {
  /** Its name, such as `user`. */
  readonly name: string;
  readonly plural: string;
  readonly fields: readonly ResourceField[];
  readonly state: RecordState<Item>;
}

/** From here on, a text has no room in a row, in characters. */
const longText = 1000;

const fieldsOf = byResource(({ fields }) =>
  Object.entries(fields).map(([name, { schema, choices: options }]): ResourceField => {
    const { maxLength = 0 } = z.toJSONSchema(schema);
    return { name, isLong: maxLength >= longText, options };
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

export function ResourceList({
  resource,
  items,
  total,
  query,
}: {
  resource: Resource;
  items: readonly Item[];
  /** Number of items that match. */
  total: number;
  /** What the list is filtered by: `q` for a text, and fields with options. */
  query: Values;
}) {
  const { name, plural, fields } = resource;
  const to = pathOf(resource);
  const details = fields.filter((field) => field.name !== 'name' && !field.isLong);
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
      {items.length === 0 ? (
        <Empty title={filtered ? `No ${name} matches the filter.` : `No ${plural} yet.`}>
          <p>{filtered ? <a href={to}>{`Show all ${plural}`}</a> : 'Create one with the API.'}</p>
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

/** A record. */
export function ResourcePage({ resource: { name, fields }, item }: { resource: Resource; item: Item }) {
  return (
    <>
      <PageHead title={item.name} lead={<Copyable text={item.id} label={`the ${name} id`} />} />
      <Card>
        <Facts
          of={[
            ...fields.map((field) => [capitalized(field.name), valueOf(item, field.name)] as const),
            ['Created', <Time at={item.created_at} show="both" />],
          ]}
        />
      </Card>
    </>
  );
}
