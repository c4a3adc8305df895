import { type Context, Hono } from 'hono';
import { allowOnly } from '../http/allowed-methods.ts';
import { Failure, invalidFields } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import { readJsonObject } from '../http/request-body.ts';
import { apiMethods, byResource, type NamedResource } from '../resources/index.ts';
import { createSchema, listSchema, pick, publicRecord, type Resource } from '../resources/resource.ts';
import { once, type SavedResponse } from '../state/idempotency.ts';
import { createRecord } from '../state/records.ts';
import type { Services } from '../state/services.ts';
import { strictFields } from '../utils/schemas.ts';
import type { Env } from './request-context.ts';

const noParameters = strictFields({});

/** Here, so that a new sandbox does not make them again. */
const schemas = byResource((resource) => ({
  list: listSchema(resource),
  create: createSchema(resource),
}));

/** The documented operations on a resource. */
export function resourceRoutes(resource: NamedResource, services: Services): Hono<Env> {
  const { name, singular, list } = resource;
  const records = services.store.records(resource);
  const routes = new Hono<Env>();

  if (resource.get !== undefined) {
    routes.get('/:id', (context) => {
      parseFields(noParameters, context.req.query());
      const record = records.get(context.req.param('id'));
      if (record === undefined) throw new Failure(404, 'not_found', `There is no ${singular} with this id.`);
      return context.json(publicRecord(resource, record));
    });
  }
  if (list !== undefined) {
    routes.get('/', (context) => {
      const { page, per_page, ...filters } = parseFields(schemas[name].list, single(context.req.queries()));
      const wanted = Object.entries(filters).filter(([, value]) => value !== undefined);
      // Newest first, as in most APIs: a record created between two requests shifts the pages, so clients must cope with it.
      const matching = records.all
        .filter((record) => wanted.every(([name, value]) => record[name] === value))
        .reverse();
      return context.json({
        data: matching.slice((page - 1) * per_page, page * per_page).map((record) => publicRecord(resource, record)),
        meta: {
          current_page: page,
          total_pages: Math.ceil(matching.length / per_page),
          total_count: matching.length,
        },
      });
    });
  }
  if (resource.create !== undefined) {
    routes.post('/', async (context) => {
      parseFields(noParameters, context.req.query());
      const params = parseFields(schemas[name].create, await readJsonObject(context.req.raw));
      // What is only written, such as a password, is checked and then forgotten.
      const fields = pick(
        params,
        Object.keys(params).filter((name) => name in resource.fields),
      );
      const change = () => created(services, resource, fields, context.get('exchange').record.id);
      const key = idempotencyKey(context);
      const { body, ...rest } =
        key === undefined ? change() : once(services, key, `${name} ${JSON.stringify(fields)}`, change);
      return Response.json(body, rest);
    });
  }
  for (const path of [`/${name}`, `/${name}/{id}`]) {
    const methods = apiMethods(path);
    if (methods.length > 0) routes.all(path.endsWith('{id}') ? '/:id' : '/', allowOnly(...methods));
  }
  return routes;
}

function created(
  services: Services,
  resource: Resource,
  fields: Readonly<Record<string, string>>,
  request: string,
): SavedResponse {
  try {
    const record = createRecord(services, resource, fields, request);
    return { status: 201, body: record, headers: { Location: `/v1/${resource.name}/${record.id}` } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // A failure is a response too: a repeated request gets it again.
    return { status: error.status, body: error.body, headers: error.headers };
  }
}

/** The key, prefixed with the token's id because two tokens may use the same key. */
function idempotencyKey(context: Context<Env>): string | undefined {
  const key = context.req.header('Idempotency-Key');
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalidFields({ 'Idempotency-Key': 'Must be 1 to 255 visible ASCII characters.' });
  }
  return `${String(context.get('token')?.id)} ${key}`;
}

function single(query: Readonly<Record<string, readonly string[]>>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(query).map(([name, values]) => {
      if (values.length > 1) throw invalidFields({ [name]: 'Must be given once.' });
      return [name, values[0]];
    }),
  );
}
