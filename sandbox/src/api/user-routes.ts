import { allowOnly } from '../http/allowed-methods.ts';
import { type Context, Hono } from 'hono';
import { type UserFields, userCreateSchema } from '../contract/schemas.ts';
import { Failure, invalidFields } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import { readJsonObject } from '../http/request-body.ts';
import type { SavedResponse } from '../state/idempotency.ts';
import type { Services } from '../state/services.ts';
import { createUser, publicUser } from '../state/users.ts';
import { strictFields } from '../utils/strict-fields.ts';
import type { Env } from './request-context.ts';

const noParameters = strictFields({});

export function userRoutes(services: Services): Hono<Env> {
  const { store } = services;
  const routes = new Hono<Env>();

  routes.get('/:id', (context) => {
    parseFields(noParameters, context.req.query());
    const user = store.users.get(context.req.param('id'));
    if (user === undefined) throw new Failure(404, 'not_found', 'There is no user with this id.');
    return context.json(publicUser(user));
  });
  routes.all('/:id', allowOnly('GET', 'HEAD'));

  routes.post('/', async (context) => {
    parseFields(noParameters, context.req.query());
    // The password is checked, and then forgotten.
    const { name, email } = parseFields(userCreateSchema, await readJsonObject(context.req.raw));
    const change = () => create(services, { name, email });
    const key = idempotencyKey(context);
    const { body, ...rest } =
      key === undefined ? change() : services.idempotency.once(key, JSON.stringify([name, email]), change);
    return Response.json(body, rest);
  });
  routes.all('/', allowOnly('POST'));

  return routes;
}

function create(services: Services, fields: UserFields): SavedResponse {
  try {
    const user = createUser(services, fields);
    return { status: 201, body: publicUser(user), headers: { Location: `/v1/users/${user.id}` } };
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
