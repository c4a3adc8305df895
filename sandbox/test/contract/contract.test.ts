import { createConfig, lintFromString } from '@redocly/openapi-core';
import { createSandbox } from '@example/sandbox';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { openapi } from '../../src/contract/openapi.ts';
import { apiRoutes } from '../../src/contract/routes.ts';
import { call, john } from '../support/calls.ts';
import { receiver } from '../support/receiver.ts';
import { reference } from '../support/reference.ts';

interface Parameter {
  name: string;
  in: string;
  description: string;
  schema: { type: string };
}
interface Media {
  schema: { $ref: string };
  example: unknown;
}
interface Answer {
  $ref?: string;
  headers: Record<string, unknown>;
  content: Record<string, Media>;
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Answer>;
}
interface Contract {
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties: object }>; responses: Record<string, Answer> };
}

const contract = openapi() as unknown as Contract;
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats(ajv);
ajv.addSchema(contract, 'openapi.json');

/** What is wrong with a value by a schema of the document. */
function faults(reference: string, value: unknown): unknown {
  const validate = ajv.getSchema(`openapi.json${reference}`);
  if (validate === undefined) throw new Error(`There is no ${reference}.`);
  return validate(value) === true ? undefined : validate.errors;
}

function operation(method: string, path: string): Operation {
  const found = contract.paths[path]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`The document has no ${method} ${path}.`);
  return found;
}

function documented(method: string, path: string, status: number): Answer {
  const answer = operation(method, path).responses[String(status)];
  if (answer === undefined) throw new Error(`${method} ${path} has no ${status} in the document.`);
  return answer.$ref === undefined ? answer : contract.components.responses[answer.$ref.split('/').at(-1)!]!;
}

test('openapi.json matches the schemas (to update it: npx vitest run sandbox/test/contract -u)', async () => {
  await expect(`${JSON.stringify(openapi(), null, 2)}\n`).toMatchFileSnapshot('../../openapi.json');
});

test('an OpenAPI linter reports no problems', async () => {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: JSON.stringify(openapi()), config });
  // Its rule on example.com is for who forgot to change it; here it is the API's name.
  const ours = problems.filter(({ ruleId }) => ruleId !== 'no-server-example.com');
  expect(ours.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
});

test("it is served at /openapi.json without a token, with the server's own address", async () => {
  const response = await call(createSandbox(), 'GET /openapi.json', { token: null });
  expect(await response.json()).toEqual(openapi());
  const elsewhere = await createSandbox().fetch('http://127.0.0.1:4010/openapi.json');
  expect(await elsewhere.json()).toMatchObject({ servers: [{ url: 'http://127.0.0.1:4010/v1' }] });
});

describe('openapi.json matches the API reference', () => {
  test('routes', () => {
    const ours = Object.entries(contract.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(reference.routes).toHaveLength(3);
    expect(new Set(ours)).toEqual(new Set(reference.routes.map(({ method, path }) => `${method} ${path}`)));
    expect(new Set(apiRoutes.map(({ method, path }) => `${method} ${path}`))).toEqual(new Set(ours));
  });

  test.each(reference.routes)('parameters, fields and examples of $method $path', (route) => {
    const { parameters = [], requestBody } = operation(route.method, route.path);
    const described = parameters
      // The one parameter that the reference does not have; the README says so.
      .filter(({ name }) => name !== 'Idempotency-Key')
      .map(({ name, description, schema }) => ({ name, type: schema.type, description }));
    expect(described).toEqual(route.parameters);

    const media = requestBody?.content['application/json'];
    expect(media?.example).toEqual(route.requestBody);
    if (media !== undefined) {
      expect(faults(media.schema.$ref, route.requestBody)).toBeUndefined();
      expect(fieldsOf(media.schema.$ref)).toEqual(Object.keys(route.requestBody as object));
    }

    const status = route.method === 'POST' ? 201 : 200;
    const answer = documented(route.method, route.path, status).content['application/json']!;
    expect(answer.example).toEqual(route.response);
    expect(faults(answer.schema.$ref, route.response)).toBeUndefined();
    expect(fieldsOf(answer.schema.$ref)).toEqual(Object.keys(route.response as object));
  });

  test('fields of a project, of the error body and of the webhook', () => {
    const [project] = (reference.routes[2]?.response as { data: object[] }).data;
    expect(fieldsOf('#/components/schemas/Project')).toEqual(Object.keys(project!));
    expect(faults('#/components/schemas/Error', reference.error)).toBeUndefined();
    expect(contract.webhooks['user.created']?.['post']?.requestBody?.content['application/json']?.example).toEqual(
      reference.webhook,
    );
    expect(faults('#/components/schemas/UserCreatedEvent', reference.webhook)).toBeUndefined();
  });

  function fieldsOf(schema: string): string[] {
    return Object.keys(contract.components.schemas[schema.split('/').at(-1)!]!.properties);
  }
});

describe('responses match openapi.json', () => {
  const create = { json: john };
  const headers = { 'Idempotency-Key': 'one' };

  test.each<[string, string, number, Parameters<typeof call>[2]]>([
    ['GET /users/{id}', 'GET /v1/users/user_123', 200, {}],
    ['GET /users/{id}', 'GET /v1/users/user_123', 401, { token: 'wrong' }],
    ['GET /users/{id}', 'GET /v1/users/nobody', 404, {}],
    ['GET /users/{id}', 'GET /v1/users/user_123?a=b', 422, {}],
    ['POST /users', 'POST /v1/users', 201, create],
    ['POST /users', 'POST /v1/users', 201, { ...create, headers }],
    ['POST /users', 'POST /v1/users', 400, { body: '{' }],
    ['POST /users', 'POST /v1/users', 401, { ...create, token: null }],
    ['POST /users', 'POST /v1/users', 409, { json: { ...john, email: 'ada@example.com' } }],
    ['POST /users', 'POST /v1/users', 413, { body: 'x'.repeat(1_000_001) }],
    ['POST /users', 'POST /v1/users', 415, { ...create, headers: { 'Content-Type': 'text/plain' } }],
    ['POST /users', 'POST /v1/users', 422, { json: {} }],
    ['GET /projects', 'GET /v1/projects', 200, {}],
    ['GET /projects', 'GET /v1/projects?page=2&per_page=50&status=active', 200, {}],
    ['GET /projects', 'GET /v1/projects', 401, { token: null }],
    ['GET /projects', 'GET /v1/projects?page=0', 422, {}],
  ])('%s: %s → %i', async (route, request, status, options) => {
    const sandbox = createSandbox({ users: [{ email: 'ada@example.com' }] });
    const response = await call(sandbox, request, options);
    expect(response.status).toBe(status);
    const [method = '', path = ''] = route.split(' ');
    await expectDocumented(response, method, path);
  });

  test.each(['GET /users/{id}', 'POST /users', 'GET /projects'])('%s past the limit → 429', async (route) => {
    const sandbox = createSandbox({ rateLimit: { limit: 1 } });
    await call(sandbox, 'GET /v1/projects');
    const [method = '', path = ''] = route.split(' ');
    const response = await call(sandbox, `${method} /v1${path.replace('{id}', 'user_123')}`);
    expect(response.status).toBe(429);
    await expectDocumented(response, method, path);
  });

  test('every response has the documented rate-limit headers', async () => {
    const { headers: got } = await call(createSandbox(), 'GET /v1/projects');
    for (const name of reference.rateLimitHeaders) expect(got.get(name!), name).toMatch(/^\d+$/);
    expect(reference.rateLimitHeaders).toHaveLength(3);
  });

  test('the webhook matches the document', async () => {
    const { url, received, close } = await receiver();
    const sandbox = createSandbox({ webhooks: { endpoints: [{ url }] } });
    await call(sandbox, 'POST /v1/users', create);
    await sandbox.webhooks.flush();
    const sent = JSON.parse(received[0]!.body) as object;
    expect(faults('#/components/schemas/UserCreatedEvent', sent)).toBeUndefined();
    expect(Object.keys(sent)).toEqual(Object.keys(reference.webhook as object));
    for (const { name } of contract.webhooks['user.created']!['post']!.parameters!) {
      expect(received[0]?.headers[name]).toBeDefined();
    }
    await close();
    await sandbox.close();
  });

  async function expectDocumented(response: Response, method: string, path: string): Promise<void> {
    const answer = documented(method, path, response.status);
    const optional = ['Idempotent-Replayed'];
    for (const name of Object.keys(answer.headers)) {
      if (!optional.includes(name)) expect(response.headers.get(name), name).not.toBeNull();
    }
    const [type = ''] = response.headers.get('content-type')!.split(';');
    expect(faults(answer.content[type]!.schema.$ref, await response.json())).toBeUndefined();
  }
});
