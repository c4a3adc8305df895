import { Failure } from '../http/failure.ts';
import { type NamedResource, type Records, resources } from '../resources/index.ts';
import type { StoredRecord } from '../resources/resource.ts';
import { type Store, uniqueKey } from '../storage/store.ts';
import { timestamp } from '../utils/clock.ts';
import { type Random, seededRandom } from '../utils/random.ts';
import { eventExamples } from '../webhooks/event-examples.ts';
import type { Services } from './services.ts';

/** Some fields of a record. */
export type Given = Readonly<Record<string, string | undefined>>;

/**
 * Creates a record as the API does, and sends its event. Missing fields get sample values.
 *
 * @param request Id of the request that does so.
 * @throws {Failure} 409 when another record has the value of the unique field.
 */
export function createRecord(
  { store, clock, webhooks }: Services,
  resource: NamedResource,
  given: Given,
  request?: string,
): StoredRecord {
  const records = store.records(resource);
  let index = records.size;
  const sample = () =>
    sampleFields(resource, { ...defaultsOf(resource), ...defined(given) }, seededRandom(index), index);
  let fields = sample();
  const { unique } = resource;
  while (unique !== undefined && given[unique] === undefined && records.find(uniqueKey(fields[unique])) !== undefined) {
    index += 1;
    fields = sample();
  }
  requireFree(store, resource, fields);
  return store.transaction(() => {
    const data = { id: store.nextId(resource.prefix, records), ...fields };
    const record = { ...data, created_at: timestamp(clock.now()) };
    records.put(record);
    const created = `${resource.singular}.created`;
    if (eventExamples.has(created)) webhooks.publish(created, data, request);
    return record;
  });
}

/** @throws {Failure} 409 when another record has the value of the unique field. */
export function updateRecord(
  store: Store,
  resource: NamedResource,
  record: StoredRecord,
  changes: Given,
): StoredRecord {
  const changed: StoredRecord = { ...record, ...defined(changes) };
  requireFree(store, resource, changed, record.id);
  store.records(resource).put(changed);
  return changed;
}

function requireFree(store: Store, resource: NamedResource, fields: Given, id?: string): void {
  const { unique, singular } = resource;
  if (unique === undefined) return;
  const holder = store.records(resource).find(uniqueKey(fields[unique]));
  if (holder === undefined || holder.id === id) return;
  throw new Failure(409, `${unique}_taken`, `There is already a ${singular} with this ${unique}.`, {
    details: { [unique]: `Belongs to another ${singular}.` },
  });
}

const dayInMs = 86_400_000;

/** Fills a new store with its initial data. The same seed gives the same data. */
export function seedStore(
  store: Store,
  seeds: Readonly<Record<keyof Records, readonly Given[]>>,
  seed: number,
  now: number,
): void {
  store.once('seeding', () => {
    for (const resource of resources) seedRecords(store, resource, seeds[resource.name], seededRandom(seed), now);
  });
}

function seedRecords(
  store: Store,
  resource: NamedResource,
  seeds: readonly Given[],
  random: Random,
  now: number,
): void {
  const records = store.records(resource);
  const { name, prefix, unique } = resource;
  const given = new Set(seeds.map(({ id }) => id));
  const taken = { get: (id: string) => (given.has(id) ? id : records.get(id)) };
  seeds.forEach((seed, index) => {
    // A record that a test describes has the defaults unless the test says otherwise.
    const some = Object.values(seed).some((value) => value !== undefined);
    const fields = sampleFields(resource, some ? { ...defaultsOf(resource), ...defined(seed) } : {}, random, index);
    if (unique !== undefined && records.find(uniqueKey(fields[unique])) !== undefined) {
      throw new TypeError(`\`${name}\` has the ${unique} ${fields[unique]} twice.`);
    }
    const id = seed['id'] ?? store.nextId(prefix, taken);
    if (records.get(id) !== undefined) throw new TypeError(`\`${name}\` has the id ${id} twice.`);
    records.put({
      id,
      ...fields,
      // One per day, the last one yesterday.
      created_at: seed['created_at'] ?? timestamp(now - (seeds.length - index) * dayInMs),
    });
  });
}

/** The fields of a record, with sample values for those that are missing. */
function sampleFields(resource: NamedResource, given: Given, random: Random, index: number): Record<string, string> {
  const sample = resource.sample(random, index);
  return Object.fromEntries(Object.entries(sample).map(([name, value]) => [name, given[name] ?? value]));
}

function defaultsOf({ fields }: NamedResource): Given {
  return Object.fromEntries(Object.entries(fields).map(([name, { choices }]) => [name, choices?.[0]]));
}

function defined(given: Given): Record<string, string> {
  // What is left has no `undefined`.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Record<string, string>;
}
