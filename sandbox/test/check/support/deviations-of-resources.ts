import {
  after,
  type Change,
  createUser,
  eachProject,
  field,
  getUser,
  type Json,
  json,
  listProjects,
  query,
  replace,
  requestHeader,
  rewritten,
  routeOf,
  status,
} from '../../support/changes.ts';

const is = (expected: number) => (actual: number) => actual === expected;
const success = (actual: number) => actual < 300;

/** Each field missing, `null` and of another type. */
function fieldDeviations(of: string, names: readonly string[], change: (name: string, value: unknown) => Change) {
  return Object.fromEntries(
    names.flatMap((name) => [
      [`${of} without ${name}`, change(name, undefined)],
      [`${of} with ${name}: null`, change(name, null)],
      [
        `${of} with another type of ${name}`,
        change(name, (old: unknown) => (typeof old === 'number' ? String(old) : 7)),
      ],
    ]),
  );
}

/** Whether a body has the other fields of a user. */
const misses = (body: Json, name: string) => Object.keys(body).length === 2 && !(name in body);

/** Accepts a body that is invalid: a user is created all the same. */
function accepts(isInvalid: (body: Json) => boolean): Change {
  return async (context, next) => {
    const text = await context.req.raw.clone().text();
    await next();
    if (routeOf(context) !== createUser || context.res.ok || context.res.status === 401) return;
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      body = undefined;
    }
    // Whatever was sent, the function looks into it.
    if (!isInvalid(body ?? {})) return;
    const user = { id: 'user_9', name: '', email: '', created_at: '2026-11-25T12:00:00Z' };
    replace(context, JSON.stringify(user), { status: 201 });
  };
}

export const userDeviations: Record<string, Change> = {
  ...fieldDeviations('POST /users', ['id', 'name', 'email', 'created_at'], (name, value) =>
    json(createUser, field(name, value)),
  ),
  ...fieldDeviations('GET /users/{id}', ['id', 'name', 'email', 'created_at'], (name, value) =>
    json(getUser, field(name, value)),
  ),
  'POST /users with an empty id': json(createUser, field('id', '')),
  'POST /users wraps the user in data': json(createUser, (data) => ({ data })),
  'GET /users/{id} wraps the user in data': json(getUser, (data) => ({ data })),
  'POST /users returns a list': json(createUser, (user) => [user]),
  'POST /users with created_at as a date': json(createUser, field('created_at', '2026-11-25')),
  'POST /users with created_at without a zone': json(createUser, field('created_at', '2026-11-25T12:00:00')),
  'POST /users with created_at in another format': json(
    createUser,
    field('created_at', 'Wed, 25 Nov 2026 12:00:00 GMT'),
  ),
  'POST /users with created_at a year ago': json(createUser, field('created_at', '2025-11-25T12:00:00Z')),
  'GET /users/{id} with created_at of the request': json(getUser, field('created_at', '2026-11-25T12:34:56Z')),
  'POST /users trims names to ASCII': json(
    createUser,
    field('name', (name: string) => name.replaceAll(/[^ -~]/g, '?')),
  ),
  'POST /users in upper case': json(
    createUser,
    field('email', (email: string) => email.toUpperCase()),
  ),
  'POST /users returns camelCase': json(createUser, ({ created_at: createdAt, ...user }) => ({ ...user, createdAt })),
  'POST /users returns the password': json(createUser, field('password', 'secret')),
  'GET /users/{id} returns a password hash': json(getUser, field('password_hash', '$2b$10$')),
  'POST /users gives every user the same id': json(createUser, field('id', 'user_123')),
  'GET /users/{id} returns another user': json(getUser, (user) => ({ ...user, id: 'user_1', email: 'a@example.com' })),
  'GET /users/{id} returns any user for any id': status(getUser, is(404), 200),
  'POST /users responds with 204': status(createUser, success, 204),
  'POST /users responds with 302': status(createUser, success, 302),
  'POST /users responds with 500': status(createUser, success, 500),
  'POST /users responds with 403': status(createUser, success, 403),
  'GET /users/{id} responds with 404': status(getUser, success, 404),
  'GET /users/{id} responds with 202': status(getUser, success, 202),
  'GET /users/{id} responds with 304': status(getUser, success, 304),
  'unknown users get 400': status(getUser, is(404), 400),
  'unknown users get 204': status(getUser, is(404), 204),
  'unknown users get 500': status(getUser, is(404), 500),
  'invalid bodies get 500': status(createUser, is(422), 500),
  'invalid bodies get 404': status(createUser, is(422), 404),
  'invalid JSON gets 500': status(createUser, is(400), 500),
  'invalid JSON gets 200': status(createUser, is(400), 200),
  'POST /users needs no name': accepts((body) => misses(body, 'name')),
  'POST /users needs no email': accepts((body) => misses(body, 'email')),
  'POST /users needs no password': accepts((body) => misses(body, 'password')),
  'POST /users needs no field': accepts((body) => Object.keys(body).length === 0),
  'POST /users takes any email': accepts(({ email }) => typeof email === 'string' && !email.includes('@')),
  'POST /users takes a number as a name': accepts(({ name }) => typeof name === 'number'),
  'POST /users takes a list': accepts((body) => Array.isArray(body)),
};

export const projectDeviations: Record<string, Change> = {
  ...fieldDeviations('projects', ['id', 'name', 'description', 'created_at'], (name, value) =>
    json(listProjects, eachProject(name, value)),
  ),
  ...fieldDeviations('meta', ['current_page', 'total_pages', 'total_count'], (name, value) =>
    json(listProjects, field(`meta.${name}`, value)),
  ),
  'a list without data': json(listProjects, field('data', undefined)),
  'a list without meta': json(listProjects, field('meta', undefined)),
  'a list is a bare array': json(listProjects, ({ data }) => data as unknown),
  'a list has its data by id': json(listProjects, (body) => ({ ...body, data: { ...(body['data'] as object) } })),
  'a list has a null among its items': json(listProjects, (body) => ({
    ...body,
    data: [...(body['data'] as unknown[]), null],
  })),
  'one project has no description': json(listProjects, (body) => {
    const data = body['data'] as Json[];
    if (data.length > 9) delete data[9]!['description'];
    return body;
  }),
  'total_count is one too high': json(
    listProjects,
    field('meta.total_count', (old: number) => old + 1),
  ),
  'total_count is the number of items on the page': json(listProjects, (body) =>
    field('meta.total_count', (body['data'] as unknown[]).length)(body),
  ),
  'total_count and total_pages are both too high': json(listProjects, (body, { req }) => {
    const total = Number((body['meta'] as Json)['total_count']) + 30;
    field('meta.total_pages', Math.ceil(total / Number(req.query('per_page') ?? 20)))(body);
    return field('meta.total_count', total)(body);
  }),
  'total_count is other on the second page': json(listProjects, (body, { req }) =>
    req.query('page') === '2' ? field('meta.total_count', 7)(body) : body,
  ),
  'total_pages is one too low': json(
    listProjects,
    field('meta.total_pages', (old: number) => old - 1),
  ),
  'total_pages ignores per_page': json(listProjects, field('meta.total_pages', 5)),
  'total_pages is negative': json(listProjects, field('meta.total_pages', -1)),
  'current_page is always 1': json(listProjects, field('meta.current_page', 1)),
  'current_page counts from 0': json(
    listProjects,
    field('meta.current_page', (old: number) => old - 1),
  ),
  'current_page is a fraction': json(listProjects, field('meta.current_page', 1.5)),
  'page is ignored': query((parameters) => parameters.delete('page')),
  'page counts from 0': query((parameters) => parameters.set('page', String(Number(parameters.get('page') ?? 1) + 1))),
  'per_page is ignored': query((parameters) => parameters.delete('per_page')),
  'per_page is at most 10': query((parameters) => {
    if (Number(parameters.get('per_page') ?? 20) > 10) parameters.set('per_page', '10');
  }),
  'per_page is 10 by default': query((parameters) => {
    if (!parameters.has('per_page')) parameters.set('per_page', '10');
  }),
  'pages leave out their last item': json(listProjects, (body) => ({
    ...body,
    data: (body['data'] as unknown[]).slice(0, -1),
  })),
  'the second page repeats an item of the first': query((parameters) => {
    if (parameters.get('page') === '2' && !parameters.has('per_page')) {
      parameters.set('page', '1');
    }
  }),
  'items of a page are in reverse order': json(listProjects, (body) => ({
    ...body,
    data: (body['data'] as unknown[]).toReversed(),
  })),
  'the order is random': json(listProjects, (body) => ({
    ...body,
    data: (body['data'] as Json[]).toSorted(() => Math.random() - 0.5),
  })),
  'all items have the same id': json(listProjects, eachProject('id', 'proj_1')),
  'ids have a slash': json(
    listProjects,
    eachProject('id', (id: string) => `projects/${id}`),
  ),
  'created_at of projects is in epoch seconds': json(listProjects, eachProject('created_at', '1700000000')),
  'the page after the last one repeats the last one': query((parameters) => {
    if (Number(parameters.get('page')) > 5) parameters.set('page', '5');
  }),
  'the page after the last one is a server error': after(
    ({ req }) => Number(req.query('page')) > 5,
    (context) => replace(context, '{"error":{"code":"a","message":"b","details":{}}}', { status: 500 }),
  ),
  'status is ignored': query((parameters) => parameters.delete('status')),
  'status is ignored in total_count': json(listProjects, (body, { req }) =>
    req.query('status') === undefined ? body : field('meta.total_count', 100)(body),
  ),
  'status of an unknown value is a server error': after(
    ({ req }) => req.query('status')?.startsWith('example') === true,
    (context) => replace(context, '{"error":{"code":"a","message":"b","details":{}}}', { status: 500 }),
  ),
  'status excludes what it names': json(listProjects, (body, { req }) =>
    req.query('status') === 'active' ? eachProject('status', 'paused')(body) : body,
  ),
  'per_page is ignored with status': query((parameters) => {
    if (parameters.has('status')) parameters.delete('per_page');
  }),
  'per_page above 100 is a server error': after(
    ({ req }) => Number(req.query('per_page')) > 100,
    (context) => replace(context, '{"error":{"code":"a","message":"b","details":{}}}', { status: 500 }),
  ),
  'per_page above 100 gives 100, and meta says that this is all': async (context, next) => {
    const isTooLarge = Number(context.req.query('per_page')) > 100;
    if (isTooLarge) {
      const url = new URL(context.req.url);
      url.searchParams.set('per_page', '60');
      context.req.raw = new Request(url, context.req.raw);
    }
    await next();
    if (!isTooLarge) return;
    const body = (await context.res.json()) as Json;
    replace(context, JSON.stringify(field('meta.total_pages', 1)(body)));
  },
  'GET /projects responds with 404': status(listProjects, success, 404),
  'GET /projects responds with 206': status(listProjects, success, 206),
  'GET /projects responds with 500 on later pages': after(
    (context) => routeOf(context) === listProjects && context.req.query('page') === '2',
    (context) => replace(context, '{"error":{"code":"a","message":"b","details":{}}}', { status: 500 }),
  ),
  'an Idempotency-Key is ignored': requestHeader(createUser, 'Idempotency-Key', null),
  'an Idempotency-Key gives whatever was created with it': (() => {
    const saved = new Map<string, string>();
    return async (context, next) => {
      const key = context.req.header('Idempotency-Key');
      const first = key === undefined ? undefined : saved.get(key);
      await next();
      if (key === undefined) return;
      if (first === undefined) saved.set(key, await context.res.clone().text());
      else replace(context, first, { status: 201 });
    };
  })(),
  'repeating a request with an Idempotency-Key creates another user': rewritten(
    ({ req }) => req.header('Idempotency-Key') !== undefined,
    (request) => {
      const changed = new Request(request);
      changed.headers.delete('Idempotency-Key');
      return changed;
    },
  ),
};
