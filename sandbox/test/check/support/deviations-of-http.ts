import {
  after,
  type Change,
  createUser,
  eachProject,
  errors,
  field,
  getUser,
  header,
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
const html = '<!doctype html><title>Error</title>';

/** Lets requests in that are not authorized. */
function admits(isAdmitted: (authorization: string | undefined) => boolean): Change {
  return rewritten(
    ({ req }) => isAdmitted(req.header('Authorization')),
    (request) => {
      const changed = new Request(request);
      changed.headers.set('Authorization', 'Bearer token_of_the_check');
      return changed;
    },
  );
}

/** Replaces every response of a route. */
const answers = (route: string, body: string | null, init: { status?: number; type?: string | null } = {}) =>
  after(
    (context) => route === '*' || routeOf(context) === route,
    (context) => replace(context, body, init),
  );

const limit = 'X-RateLimit-Limit';
const remaining = 'X-RateLimit-Remaining';
const reset = 'X-RateLimit-Reset';

/** Changes what refused requests get. */
const refusals = (change: Parameters<typeof after>[1]) => after(({ res }) => res.status === 429, change);

export const authenticationDeviations: Record<string, Change> = {
  'requests without a token are accepted': admits((authorization) => authorization === undefined),
  'requests with an unknown token are accepted': admits((authorization) => authorization?.includes('unknown') === true),
  'any scheme is accepted': admits((authorization) => authorization?.startsWith('Basic') === true),
  'an empty token is accepted': admits((authorization) => authorization?.trim() === 'Bearer'),
  'GET /users/{id} needs no token': (context, next) =>
    routeOf(context) === getUser ? admits((authorization) => authorization === undefined)(context, next) : next(),
  'POST /users needs no token': (context, next) =>
    routeOf(context) === createUser ? admits((authorization) => authorization === undefined)(context, next) : next(),
  'no token is accepted to create users': requestHeader(createUser, 'Authorization', null),
  'a missing token gets 403': status('*', is(401), 403),
  'a missing token gets 404': status('*', is(401), 404),
  'a missing token gets 500': status('*', is(401), 500),
  'a missing token is redirected to a login page': status('*', is(401), 302),
  'a missing token gets 200 with an error': status('*', is(401), 200),
  '401 without a body': after(
    ({ res }) => res.status === 401,
    (context) => replace(context, null, { type: null }),
  ),
  '401 with a page': after(
    ({ res }) => res.status === 401,
    (context) => replace(context, html, { type: 'text/html' }),
  ),
  '401 with data': errors(401, (body) => ({ ...body, data: [] })),
};

export const responseDeviations: Record<string, Change> = {
  'errors are bare': errors('*', ({ error }) => error as unknown),
  'errors are a string': errors('*', ({ error }) => ({ error: String(error) })),
  'errors are a list': errors('*', ({ error }) => ({ errors: [error] })),
  'errors have no code': errors('*', field('error.code', undefined)),
  'errors have a number as code': errors('*', field('error.code', 404)),
  'errors have an empty code': errors('*', field('error.code', '')),
  'errors have a sentence as code': errors('*', field('error.code', 'Not found')),
  'errors all have the same code': errors('*', field('error.code', 'error')),
  'errors have a code of their own each': (() => {
    let count = 0;
    return errors('*', (body) => field('error.code', `error_${(count += 1)}`)(body));
  })(),
  'errors have no message': errors('*', field('error.message', undefined)),
  'errors have an empty message': errors('*', field('error.message', '')),
  'errors have a list of messages': errors('*', field('error.message', ['a'])),
  'errors have no details': errors('*', field('error.details', undefined)),
  'errors have null details': errors('*', field('error.details', null)),
  'errors have a text as details': errors('*', field('error.details', 'email: invalid')),
  'errors have a list of details': errors('*', field('error.details', [])),
  'details are lists': errors(422, field('error.details', { email: ['invalid'] })),
  'details of invalid fields are empty': errors(422, field('error.details', {})),
  '404 without a body': after(
    ({ res }) => res.status === 404,
    (context) => replace(context, null, { type: null }),
  ),
  '404 with a page': after(
    ({ res }) => res.status === 404,
    (context) => replace(context, html, { type: 'text/html' }),
  ),
  '422 with problem details': after(
    ({ res }) => res.status === 422,
    (context) => replace(context, '{"type":"about:blank"}', { type: 'application/problem+json' }),
  ),
  'unknown paths get 200': (context, next) => {
    if (!context.req.path.endsWith('nothing')) return next();
    return Promise.resolve(Response.json({}));
  },
  'unknown paths get 501': (context, next) =>
    context.req.path.endsWith('nothing') ? Promise.resolve(Response.json({}, { status: 501 })) : next(),
  'users have no Content-Type': after(
    (context) => routeOf(context) === getUser,
    async (context) => replace(context, new Uint8Array(await context.res.arrayBuffer()), { type: null }),
  ),
  'users are text/plain': header('Content-Type', 'text/plain; charset=utf-8', getUser),
  'lists are text/html': header('Content-Type', 'text/html', listProjects),
  'JSON in another charset': header('Content-Type', 'application/json; charset=iso-8859-1'),
  'errors are text/plain': after(
    ({ res }) => res.status >= 400,
    ({ res }) => res.headers.set('Content-Type', 'text/plain'),
  ),
  'a list is empty': answers(listProjects, ''),
  'a list is a page': answers(listProjects, html, { type: 'text/html' }),
  'a list is cut': after(
    (context) => routeOf(context) === listProjects,
    async (context) => replace(context, (await context.res.text()).slice(0, 100)),
  ),
  'a user is null': json(getUser, () => null),
  'a user is a JSON string': json(createUser, (user) => JSON.stringify(user)),
  'JSON has a byte order mark inside': after(
    (context) => routeOf(context) === createUser,
    async (context) => replace(context, `)]}',\n${await context.res.text()}`),
  ),
  'an error has 65 MiB': errors(404, (body, { req }) =>
    req.path.endsWith('nothing') ? field('error.message', 'x'.repeat(65 * 1024 * 1024))(body) : body,
  ),
  'connections break': (context, next) =>
    routeOf(context) === listProjects && context.req.query('per_page') === '5'
      ? Promise.reject(new TypeError('fetch failed'))
      : next(),
  'every request is redirected': answers('*', null, { status: 307 }),
  'errors repeat the token': errors(404, (body, { req }) =>
    field('error.message', String(req.header('Authorization')))(body),
  ),
  'a header repeats the token': after(
    () => true,
    ({ req, res }) => res.headers.set('X-Debug', req.header('Authorization') ?? ''),
  ),
  'errors repeat the password': (context, next) => {
    const text = context.req.raw.clone().text();
    return errors(409, async () => ({ error: { code: 'a', message: await text, details: {} } }))(context, next);
  },
  'creating a user repeats the request': after(
    (context) => routeOf(context) === createUser && context.res.status === 422,
    async (context) => {
      const body = (await context.res.json()) as Record<string, unknown>;
      replace(context, JSON.stringify({ ...body, password: 'secret' }));
    },
  ),
};

export const rateLimitDeviations: Record<string, Change> = {
  ...Object.fromEntries(
    [limit, remaining, reset].flatMap((name) => [
      [`no ${name}`, header(name, null)],
      [
        `no ${name} on errors`,
        after(
          ({ res }) => res.status >= 400,
          ({ res }) => res.headers.delete(name),
        ),
      ],
      [`${name} is no number`, header(name, 'many')],
    ]),
  ),
  'no rate-limit headers on GET /users/{id}': after(
    (context) => routeOf(context) === getUser,
    ({ res }) => [limit, remaining, reset].forEach((name) => res.headers.delete(name)),
  ),
  'RateLimit headers of a draft': after(
    () => true,
    ({ res }) => {
      for (const name of [limit, remaining, reset]) {
        res.headers.set(name.replace('X-', ''), res.headers.get(name) ?? '');
        res.headers.delete(name);
      }
    },
  ),
  'the limit is 60': header(limit, '60'),
  'the limit is 5000': header(limit, '5000'),
  'the number left never falls': header(remaining, '99'),
  'the number left is always 0': header(remaining, '0'),
  'the number left is negative': header(remaining, '-1'),
  'the number left does not count the request': header(remaining, (old) => String(Number(old) + 1)),
  'the number left rises': header(remaining, (old) => String(99 - Number(old))),
  'each request counts as two': header(remaining, (old) => String(Math.max(2 * Number(old) - 100, 0))),
  'the reset is in milliseconds': header(reset, (old) => `${old}000`),
  'the reset is in seconds from now': header(reset, '42'),
  'the reset is a date': header(reset, 'Wed, 25 Nov 2026 12:01:00 GMT'),
  'the reset is in the past': header(reset, (old) => String(Number(old) - 120)),
  'the window is an hour': header(reset, (old) => String(Number(old) + 3540)),
  'refusals are 503': status('*', is(429), 503),
  'refusals are 403': status('*', is(429), 403),
  'nothing is refused': refusals((context) => replace(context, '{}', { status: 200 })),
  'half of the budget is refused': async (context, next) => {
    await next();
    if (Number(context.res.headers.get(remaining)) >= 30 || !context.res.headers.has(remaining)) return;
    replace(context, '{"error":{"code":"a","message":"b","details":{}}}', { status: 429 });
  },
  'refusals have no body': refusals((context) => replace(context, null, { type: null })),
  'refusals have no code': refusals((context) => replace(context, '{"error":{"message":"a"}}')),
  'refusals have no rate-limit headers': refusals(({ res }) => {
    for (const name of [limit, remaining, reset]) res.headers.delete(name);
  }),
  'refusals say that requests are left': refusals(({ res }) => res.headers.set(remaining, '5')),
  'refusals have no Retry-After': refusals(({ res }) => res.headers.delete('Retry-After')),
  'Retry-After is a date': refusals(({ res }) => res.headers.set('Retry-After', 'Wed, 25 Nov 2026 12:01:00 GMT')),
  'Retry-After is in milliseconds': refusals(({ res }) => res.headers.set('Retry-After', '58000')),
  'Retry-After is 0': refusals(({ res }) => res.headers.set('Retry-After', '0')),
  'refusals have a reset of an hour': refusals(({ res }) =>
    res.headers.set(reset, String(Number(res.headers.get(reset)) + 3600)),
  ),
};

/** What one token, a minute and 50 requests do not show. */
export const hiddenDeviations: Record<string, Change> = {
  'creating a user counts as two requests': (() => {
    let extra = 0;
    return async (context, next) => {
      await next();
      if (routeOf(context) === createUser) extra += 1;
      const left = Number(context.res.headers.get(remaining) ?? 0);
      if (context.req.method !== 'OPTIONS') context.res.headers.set(remaining, String(Math.max(left - extra, 0)));
    };
  })(),
  'the window is half a minute': header(reset, (old) => String(Number(old) - 30)),
  'names have at most 100 characters': json(
    createUser,
    field('name', (name: string) => name.slice(0, 100)),
  ),
  'projects were created in the future': json(listProjects, eachProject('created_at', '2036-01-01T00:00:00Z')),
  'the fourth page repeats the third': query((parameters) => {
    if (parameters.get('page') === '4') parameters.set('page', '3');
  }),
  'per_page=50 is ignored': query((parameters) => {
    if (parameters.get('per_page') === '50') parameters.delete('per_page');
  }),
  'the filter by status=paused is ignored': query((parameters) => {
    if (parameters.get('status') === 'paused') parameters.delete('status');
  }),
};

export const browserDeviations: Record<string, Change> = {
  'no CORS': header('Access-Control-Allow-Origin', null),
  'CORS for one origin': header('Access-Control-Allow-Origin', 'https://dashboard.example.com'),
  'CORS hides the rate-limit headers': header('Access-Control-Expose-Headers', null),
  'preflight requests need a token': after(
    ({ req }) => req.method === 'OPTIONS',
    (context) => replace(context, null, { status: 401 }),
  ),
  'preflight requests do not allow Authorization': header('Access-Control-Allow-Headers', 'content-type'),
};
