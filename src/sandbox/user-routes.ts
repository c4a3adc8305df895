import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import { type User, type UserCreateParams, userSchema } from '../resources/users.ts';
import type { Env } from './exchange.ts';
import { Failure, invalidFields } from './failure.ts';
import { parseFields } from './fields.ts';
import { hashPassword } from './hashing.ts';
import type { Answer } from './idempotency.ts';
import { readJsonObject } from './json-body.ts';
import { allowOnly } from './methods.ts';
import { redact } from './redact.ts';
import type { Services } from './services.ts';
import { emailKey, type UserRecord } from './store.ts';
import { timestamp } from './timestamp.ts';

const characters = (least: number, most: number) => `Must be a string of ${least} to ${most} characters.`;

/** What `POST /users` takes. */
export const userCreateSchema = z.strictObject({
  name: z
    .string(characters(1, 200))
    .check(
      z.minLength(1, characters(1, 200)),
      z.maxLength(200, characters(1, 200)),
      z.regex(/\S/, 'Must not be blank.'),
    ),
  email: z
    .email('Must be an email address, such as john@example.com.')
    .check(z.maxLength(254, 'Must have at most 254 characters.')),
  password: z
    .string(characters(8, 1000))
    .check(z.minLength(8, characters(8, 1000)), z.maxLength(1000, characters(8, 1000))),
}) satisfies z.ZodMiniType<UserCreateParams>;

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
      return () => createUser(services, params, passwordHash);
    };

    const key = idempotencyKey(context);
    const answer =
      key === undefined
        ? store.transaction(await prepare())
        : await services.idempotency.once(key, JSON.stringify(params), prepare);
    return Response.json(answer.body, answer);
  });
  routes.all('/', allowOnly('POST'));

  return routes;
}

/** Without what only the store may know. */
function publicUser({ id, name, email, created_at }: UserRecord): User {
  return userSchema.parse({ id, name, email, created_at });
}

function createUser({ store, now }: Services, params: UserCreateParams, passwordHash: string): Answer {
  const { name, email } = params;
  if (store.users.find(emailKey(email)) !== undefined) {
    const failure = new Failure(409, 'email_taken', 'There is a user with this email already.', {
      details: { email: 'Belongs to another user.' },
    });
    return { status: failure.status, body: failure.body, headers: {} };
  }
  const user = { id: store.nextId('user'), name, email, created_at: timestamp(now()), passwordHash };
  store.users.put(user);
  return { status: 201, body: publicUser(user), headers: { Location: `/v1/users/${user.id}` } };
}

/** The token and its key: two tokens may use the same one. */
function idempotencyKey(context: Context<Env>): string | undefined {
  const key = context.req.header('Idempotency-Key');
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalidFields({ 'Idempotency-Key': 'Must be 1 to 255 visible ASCII characters.' });
  }
  return `${context.get('entry').token ?? ''} ${key}`;
}
