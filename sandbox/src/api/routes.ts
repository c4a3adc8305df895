import { type Context, type Handler, Hono } from 'hono';
import * as z from 'zod/mini';
import { Failure, invalidFields } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import { readJsonObject } from '../http/request-body.ts';
import { projects } from '../resources/projects.ts';
import { password, users } from '../resources/users.ts';
import { once, type SavedResponse } from '../state/idempotency.ts';
import { createRecord } from '../state/records.ts';
import type { Services } from '../state/services.ts';
import { integerParameter, strictFields } from '../utils/schemas.ts';
import type { Env } from './middleware.ts';

const noParameters = strictFields({});
const { name, email } = users.fields;
const newUser = strictFields({ name: name.schema, email: email.schema, password });
const page = strictFields({
  page: z._default(integerParameter(1, Number.MAX_SAFE_INTEGER, 'Must be an integer of at least 1.'), 1),
  per_page: z._default(integerParameter(1, 100), 20),
  status: z.optional(z.string().check(z.minLength(1, 'Must not be empty: leave it out to get every project.'))),
});

/** `GET /users/{id}` and `POST /users`. */
export function userRoutes(services: Services): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get('/:id', (context) => {
    parseFields(noParameters, context.req.query());
    const record = services.store.records(users).get(context.req.param('id'));
    if (record === undefined) throw new Failure(404, 'not_found', 'There is no user with this id.');
    return context.json(record);
  });
  routes.post('/', async (context) => {
    parseFields(noParameters, context.req.query());
    // The password is checked and then forgotten.
    const { password: _, ...fields } = parseFields(newUser, await readJsonObject(context.req));
    const change = () => created(services, fields, context.get('record').id);
    const key = idempotencyKey(context);
    const { body, ...rest } = key === undefined ? change() : once(services, key, JSON.stringify(fields), change);
    return Response.json(body, rest);
  });
  routes.all('/:id', allowOnly('GET', 'HEAD'));
  routes.all('/', allowOnly('POST'));
  return routes;
}

/** `GET /projects`. */
export function projectRoutes({ store }: Services): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get('/', (context) => {
    const { page: current, per_page, status } = parseFields(page, single(context.req.queries()));
    // Newest first, as in most APIs: a record created between two requests shifts the pages, and clients must cope.
    const matching = store
      .records(projects)
      .all.filter((record) => status === undefined || record['status'] === status)
      .reverse();
    return context.json({
      data: matching.slice((current - 1) * per_page, current * per_page),
      meta: { current_page: current, total_pages: Math.ceil(matching.length / per_page), total_count: matching.length },
    });
  });
  routes.all('/', allowOnly('GET', 'HEAD'));
  return routes;
}

/** Refuses the methods that an existing path does not support. */
function allowOnly(...methods: readonly string[]): Handler {
  const allow = methods.join(', ');
  return ({ req: { method, path } }) => {
    const message = `${path} does not support ${method}. Allowed: ${allow}.`;
    throw new Failure(405, 'method_not_allowed', message, { headers: { Allow: allow } });
  };
}

function created(services: Services, fields: Readonly<Record<string, string>>, request: string): SavedResponse {
  try {
    const record = createRecord(services, users, fields, request);
    return { status: 201, body: record, headers: { Location: `/v1/users/${record.id}` } };
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
    Object.entries(query).map(([field, values]) => {
      if (values.length > 1) throw invalidFields({ [field]: 'Must be given once.' });
      return [field, values[0]];
    }),
  );
}
