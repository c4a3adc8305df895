// What users of openapi-typescript and openapi-fetch write.
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { paths as ApiPaths } from '../.generated/openapi-typescript/api';
import type { paths as ControlPaths } from '../.generated/openapi-typescript/control';

const { SANDBOX_ORIGIN: origin, SANDBOX_TOKEN: token } = process.env;
const api = createClient<ApiPaths>({ baseUrl: `${origin}/v1`, headers: { Authorization: `Bearer ${token}` } });
const control = createClient<ControlPaths>({ baseUrl: `${origin}/__sandbox` });

const body = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'secure_password' };
const created = await api.POST('/users', { body });
assert(created.data, 'creates a user');
const { id }: { id: string } = created.data;
assert.equal(created.response.status, 201);

const read = await api.GET('/users/{id}', { params: { path: { id } } });
assert.deepEqual(read.data, created.data, 'reads the user');
// @ts-expect-error -- a user has no such field of this type
const wrong: number | undefined = read.data?.name;
assert.equal(typeof wrong, 'string');

const list = await api.GET('/projects', { params: { query: { page: 2, per_page: 30, status: 'active' } } });
assert.equal(list.data?.meta.current_page, 2, 'lists projects');
assert(list.data.data.every(({ description }) => typeof description === 'string'));

const unknown = await api.GET('/users/{id}', { params: { path: { id: 'user_0' } } });
assert.equal(unknown.data, undefined);
assert.equal(unknown.error?.error.code, 'not_found', 'reports an error');
const invalid = await api.POST('/users', { body: { ...body, email: 'ada' } });
assert.deepEqual(Object.keys(invalid.error?.error.details ?? {}), ['email']);

await control.POST('/faults', { body: { status: 503, times: 1, route: 'GET /projects' } });
assert.equal((await api.GET('/projects')).response.status, 503, 'adds a fault');
await control.POST('/clock', { body: { advance: 60_000 } });
const requests = await control.GET('/requests', { params: { query: { status: 'injected' } } });
assert.equal(requests.data?.data[0]?.status, 503, 'reads the log');
await control.DELETE('/users/{id}', { params: { path: { id } } });
assert.equal((await control.GET('/users/{id}', { params: { path: { id } } })).error?.error.code, 'not_found');
console.log('openapi-fetch: ok');
