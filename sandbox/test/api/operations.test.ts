import { createSandbox, type SandboxOptions } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { bodyOf, call, john } from '../support/calls.ts';

type Row = [request: string, status: number, body: unknown, sent?: Parameters<typeof call>[2]];

const now = () => Date.parse('2024-01-01T00:00:00Z');
const apiToken = 'sandbox_token';
const projects = [{ id: 'proj_1', name: 'One', description: '' }, { status: 'archived' }, { id: 'proj_3' }];
const options: SandboxOptions = { now, apiToken, users: 1, projects };

const user = (fields: object = {}) => ({ json: { ...john, ...fields } });
const withHeader = (name: string, value: string) => ({ ...user(), headers: { [name]: value } });
const as = (Authorization: string) => ({ token: null, headers: { Authorization } });

const error = (code: string, message: unknown = expect.any(String)) => ({ error: { code, message, details: {} } });
const details = (problems: object) => ({ error: { code: 'invalid_request', details: problems } });
const characters = (min: number, max: number) => `Must be a string of ${min} to ${max} characters.`;
const meta = (current_page: number, total_pages: number, total_count: number) => ({
  meta: { current_page, total_pages, total_count },
});

const evil = `Robert'); DROP TABLE users;-- <script>alert(1)</script> \u202e 🦄`;
const notJson = [
  '',
  '{"name": "John',
  '[]',
  'null',
  '"name"',
  new Uint8Array([0x22, 0xff]),
  new Uint8Array([0x22, 0xf0]),
];
const otherTypes = ['application/x-www-form-urlencoded', 'text/plain', 'application/json; charset=latin1'];
const unknownIds = ['user_124', 'a%2Fb', '%00', '%ZZ', '__proto__'];
const badPages = ['0', '-1', '1.5', '', '9999999999999999999'];
const badTokens = ['Bearer wrong', 'Bearer', 'Basic c2FuZGJveA==', 'sandbox_token', 'Bearer sandbox_token, x'];
const unknownPaths = ['v1', 'v2/users/user_123', 'v1/users/', 'v1/projects/proj_123'];
const missing = 'The API token is missing. Send it as Authorization: Bearer <token>.';
const badEmail = 'Must be an email address, such as john@example.com.';
const badKey = 'Must be 1 to 255 visible ASCII characters.';
const knownFields = 'Unknown field. Known fields: name, email, password.';
const knownParameters = 'Unknown field. Known fields: page, per_page, status.';
const emptyStatus = 'Must not be empty: leave it out to get every project.';

const rows: readonly Row[] = [
  ['POST /v1/users', 201, { name: 'John Doe', email: john.email, created_at: '2024-01-01T00:00:00Z' }, user()],
  ['POST /v1/users', 201, { name: evil }, user({ name: evil })],
  ['POST /v1/users', 422, details({ name: 'Must not be blank.' }), user({ name: ' \t ' })],
  ['POST /v1/users', 422, details({ name: characters(1, 200) }), user({ name: null })],
  ['POST /v1/users', 422, details({ email: badEmail }), user({ email: 'a@b' })],
  ['POST /v1/users', 422, details({ password: characters(8, 1000) }), user({ password: 12345678 })],
  ['POST /v1/users', 422, details({ admin: knownFields }), user({ admin: true })],
  ['POST /v1/users', 422, details({ name: characters(1, 200), password: characters(8, 1000) }), { json: {} }],
  ['POST /v1/users?x=1', 422, details({ x: 'Unknown field.' }), user()],
  ['POST /v1/users', 422, details({ 'Idempotency-Key': badKey }), withHeader('Idempotency-Key', 'two words')],
  ...notJson.map((body): Row => ['POST /v1/users', 400, error('invalid_json'), { body }]),
  ...otherTypes.map((type): Row => [
    'POST /v1/users',
    415,
    error('unsupported_media_type'),
    withHeader('Content-Type', type),
  ]),
  ['POST /v1/users', 201, {}, withHeader('Content-Type', 'Application/JSON; Charset="UTF-8"')],
  ['GET /v1/users/user_123', 200, { id: 'user_123', created_at: '2023-12-31T00:00:00Z' }],
  ...unknownIds.map((id): Row => [`GET /v1/users/${id}`, 404, error('not_found')]),
  ['GET /v1/users/user_123?expnad=projects', 422, details({ expnad: 'Unknown field.' })],
  ['HEAD /v1/users/user_123', 200, ''],
  ['GET /v1/projects', 200, { data: [{ id: 'proj_3' }, { status: 'archived' }, { id: 'proj_1', status: 'active' }] }],
  ['GET /v1/projects?per_page=2', 200, { data: [{}, {}], ...meta(1, 2, 3) }],
  ['GET /v1/projects?per_page=2&page=2', 200, { data: [{ id: 'proj_1' }], ...meta(2, 2, 3) }],
  ['GET /v1/projects?status=active&per_page=1', 200, { data: [{ id: 'proj_3' }], ...meta(1, 2, 2) }],
  ['GET /v1/projects?status=unheard-of', 200, { data: [], ...meta(1, 0, 0) }],
  ['GET /v1/projects?page=6', 200, { data: [], ...meta(6, 1, 3) }],
  ...badPages.map((page): Row => [
    `GET /v1/projects?page=${page}`,
    422,
    details({ page: 'Must be an integer of at least 1.' }),
  ]),
  ['GET /v1/projects?per_page=all', 422, details({ per_page: 'Must be an integer from 1 to 100.' })],
  ['GET /v1/projects?status=', 422, details({ status: emptyStatus })],
  ['GET /v1/projects?page=1&page=2', 422, details({ page: 'Must be given once.' })],
  ['GET /v1/projects?perPage=5', 422, details({ perPage: knownParameters })],
  ['GET /v1/projects', 200, {}, as('bearer sandbox_token')],
  ['GET /v1/projects', 401, error('unauthorized', missing), { token: null }],
  ...badTokens.map((header): Row => ['GET /v1/projects', 401, error('unauthorized'), as(header)]),
  ['DELETE /v1/users/user_123', 405, error('method_not_allowed', expect.stringMatching(/Allowed: GET, HEAD\.$/))],
  ['PATCH /v1/users', 405, error('method_not_allowed', expect.stringMatching(/Allowed: POST\.$/))],
  ['POST /v1/projects', 405, error('method_not_allowed', expect.stringMatching(/Allowed: GET, HEAD\.$/))],
  ...unknownPaths.map((path): Row => [`GET /${path}`, 404, error('unknown_path')]),
  // The token is checked first.
  ['GET /v1/secrets', 401, {}, { token: null }],
];

test.each(rows)('%s gets a %i with %j: %j', async (request, status, body, sent) => {
  const response = await call(createSandbox(options), request, sent);
  expect([response.status, await bodyOf(response)]).toMatchObject([status, body]);
  if (status === 201) expect(response.headers.get('location')).toBe('/v1/users/user_124');
  const challenge = sent?.headers === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
  if (status === 401) expect(response.headers.get('www-authenticate')).toBe(challenge);
});

test('the 100 sample projects come newest first, each on one page, and are the same for the same seed', async () => {
  const list = async (seed: number) => {
    const sandbox = createSandbox({ now, seed });
    const pages = await Promise.all([1, 2, 3, 4, 5].map((page) => call(sandbox, `GET /v1/projects?page=${page}`)));
    // A page of the API.
    const bodies = (await Promise.all(pages.map(bodyOf))) as { data: { created_at: string; status: string }[] }[];
    return bodies.flatMap(({ data }) => data);
  };
  const all = await list(1);
  const times = all.map(({ created_at }) => created_at);
  expect(new Set(times).size).toBe(100);
  expect(times).toEqual([...times].sort().reverse());
  expect(new Set(all.map(({ status }) => status)).size).toBeGreaterThan(1);
  expect(await list(1)).toEqual(all);
  expect(await list(2)).not.toEqual(all);
});

test('an email belongs to one user, regardless of case, even if two requests are concurrent', async () => {
  const sandbox = createSandbox();
  const emails = [john.email, 'JOHN@Example.com'];
  const responses = await Promise.all(emails.map((email) => call(sandbox, 'POST /v1/users', user({ email }))));
  expect(responses.map(({ status }) => status)).toEqual([201, 409]);
  expect(await bodyOf(responses[1]!)).toMatchObject({
    error: { code: 'email_taken', details: { email: 'Belongs to another user.' } },
  });
});

test('each sandbox has its own token, so clients of two sandboxes in one process share no rate limit', async () => {
  const sandbox = createSandbox();
  expect(sandbox.apiToken).toMatch(/^sandbox_\w{32}$/);
  expect((await call(createSandbox(), 'GET /v1/projects', { token: sandbox.apiToken })).status).toBe(401);
});

describe('requests with the same Idempotency-Key', () => {
  const headers = { 'Idempotency-Key': 'key-1' };
  const jane = { ...john, name: 'Jane Doe' };
  const reordered = JSON.stringify({ email: john.email, name: john.name, password: john.password }, null, 2);
  const taken = { email: 'taken@example.com' };

  test.each<[string, readonly object[], readonly number[], boolean]>([
    ['get the first response', [{ json: john }, { json: john }], [201, 201], true],
    ['whatever the order of fields', [{ json: john }, { body: reordered }], [201, 201], true],
    ['whatever the password, which is not kept', [{ json: john }, user({ password: 'another_one' })], [201, 201], true],
    ['but not with another field', [{ json: john }, { json: jane }, { json: john }], [201, 409, 201], true],
    ['also if it is a conflict', [user(taken), user(taken)], [409, 409], true],
    ['unless it was invalid', [user({ name: '' }), { json: john }], [422, 201], false],
  ])('%s', async (_, requests, statuses, isReplayed) => {
    const sandbox = createSandbox({ users: [taken] });
    const responses = await Promise.all(requests.map((each) => call(sandbox, 'POST /v1/users', { ...each, headers })));
    expect(responses.map(({ status }) => status)).toEqual(statuses);
    expect(responses.at(-1)?.headers.get('idempotent-replayed')).toBe(isReplayed ? 'true' : null);
    const [first, ...others] = await Promise.all(responses.map((response) => response.text()));
    expect(others.at(-1) === first).toBe(isReplayed);
  });

  test('are recognized for one day', async () => {
    const sandbox = createSandbox();
    const create = async () => (await call(sandbox, 'POST /v1/users', { json: john, headers })).status;
    expect(await create()).toBe(201);
    sandbox.clock.advance(86_399_000);
    expect(await create()).toBe(201);
    sandbox.clock.advance(1000);
    expect(await create()).toBe(409);
  });
});

test('pages may send requests and read the headers; the preflight needs no token and uses no budget', async () => {
  const sandbox = createSandbox();
  const origin = { Origin: 'http://localhost:3000' };
  const asked = 'authorization,content-type,idempotency-key,sandbox-fault';
  const preflight = await call(sandbox, 'OPTIONS /v1/users', {
    token: null,
    headers: { ...origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': asked },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-methods')).toBe('GET,HEAD,POST');
  expect(preflight.headers.get('access-control-allow-headers')).toBe(asked);
  for (const [request, token] of [['GET /v1/projects'], ['GET /v1/users/nobody'], ['GET /v1/projects', 'wrong']]) {
    const { headers } = await call(sandbox, request!, { headers: origin, ...(token === undefined ? {} : { token }) });
    expect(headers.get('access-control-allow-origin')).toBe(origin.Origin);
    expect(headers.get('vary')).toBe('Origin');
    const names = 'X-RateLimit-Limit,X-RateLimit-Remaining,X-RateLimit-Reset,Retry-After,X-Request-Id,Date'.split(',');
    expect(headers.get('access-control-expose-headers')?.split(',')).toEqual(expect.arrayContaining(names));
  }
  const { headers } = await call(sandbox, 'GET /v1/projects');
  expect([headers.get('x-ratelimit-remaining'), headers.get('access-control-allow-origin')]).toEqual(['97', null]);
});
