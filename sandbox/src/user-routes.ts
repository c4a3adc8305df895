import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import type { Env } from './exchange.ts';
import { Failure, invalidFields } from './failure.ts';
import { parseFields } from './fields.ts';
import { hashPassword } from './hashing.ts';
import type { Answer } from './idempotency.ts';
import { readJsonObject } from './json-body.ts';
import { allowOnly } from './methods.ts';
import { redact } from './redact.ts';
import type { Services } from './services.ts';
import { createUser, publicUser, type UserCreateParams, userCreateSchema } from './users.ts';

const noParameters = z.strictObject({});

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
    const body = await readJsonObject(context.req.raw);
    context.get('entry').body = redact.json(body);
    const params = parseFields(userCreateSchema, body);
    const prepare = async () => {
      const passwordHash = await hashPassword(params.password);
      return () => answer(services, params, passwordHash);
    };

    const key = idempotencyKey(context);
    const {
      status,
      headers,
      body: json,
    } = key === undefined
      ? store.transaction(await prepare())
      : await services.idempotency.once(key, JSON.stringify(params), prepare);
    return Response.json(json, { status, headers });
  });
  routes.all('/', allowOnly('POST'));

  return routes;
}

function answer(services: Services, params: UserCreateParams, passwordHash: string): Answer {
  try {
    const user = createUser(services, { ...params, passwordHash });
    return { status: 201, body: publicUser(user), headers: { Location: `/v1/users/${user.id}` } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // An answer like any other: a repeated request gets it again.
    return { status: error.status, body: error.body, headers: error.headers };
  }
}

/** The token and its key: two tokens may use the same one. */
function idempotencyKey(context: Context<Env>): string | undefined {
  const key = context.req.header('Idempotency-Key');
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalidFields({ 'Idempotency-Key': 'Must be 1 to 255 visible ASCII characters.' });
  }
  return `${String(context.get('token')?.id)} ${key}`;
}
