// What users of @hey-api/openapi-ts write.
import assert from 'node:assert/strict';
import { createUser, getUser, listProjects } from '../.generated/hey-api/api';
import { client as api } from '../.generated/hey-api/api/client.gen';
import {
  addFault,
  advanceClock,
  deleteUser,
  getUser as inspectUser,
  listRequests,
} from '../.generated/hey-api/control';
import { client as control } from '../.generated/hey-api/control/client.gen';

const { SANDBOX_ORIGIN: origin, SANDBOX_TOKEN: token } = process.env;
api.setConfig({ baseUrl: `${origin}/v1`, auth: () => token });
control.setConfig({ baseUrl: `${origin}/__sandbox` });

const body = { name: 'Grace Hopper', email: 'grace@example.com', password: 'secure_password' };
const created = await createUser({ body, headers: { 'Idempotency-Key': 'once' } });
assert(created.data, 'creates a user');
const { id }: { id: string } = created.data;
const repeated = await createUser({ body, headers: { 'Idempotency-Key': 'once' } });
assert.equal(repeated.response?.headers.get('Idempotent-Replayed'), 'true');

const read = await getUser({ path: { id } });
assert.deepEqual(read.data, created.data, 'reads the user');
// @ts-expect-error -- a user has no such field of this type
const wrong: number | undefined = read.data?.name;
assert.equal(typeof wrong, 'string');

const list = await listProjects({ query: { page: 2, per_page: 30, status: 'active' } });
assert.equal(list.data?.meta.current_page, 2, 'lists projects');
assert(list.data.data.every(({ description }) => typeof description === 'string'));

const unknown = await getUser({ path: { id: 'user_0' } });
assert.equal(unknown.data, undefined);
assert.equal(unknown.error?.error.code, 'not_found', 'reports an error');
await assert.rejects(createUser({ body: { ...body, email: 'grace' }, throwOnError: true }), {
  error: {
    code: 'invalid_request',
    message: 'The request has invalid fields: email.',
    details: { email: 'Must be an email address, such as john@example.com.' },
  },
});

await addFault({ body: { status: 503, times: 1, route: 'GET /projects' } });
assert.equal((await listProjects()).response?.status, 503, 'adds a fault');
await advanceClock({ body: { advance: 60_000 } });
const requests = await listRequests({ query: { status: 'injected' } });
assert.equal(requests.data?.data[0]?.status, 503, 'reads the log');
await deleteUser({ path: { id } });
assert.equal((await inspectUser({ path: { id } })).error?.error.code, 'not_found');
console.log('hey-api: ok');
