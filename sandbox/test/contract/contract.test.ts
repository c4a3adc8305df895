import { createConfig, lintFromString } from '@redocly/openapi-core';
import { createSandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { apiRoutes, byResource } from '../../src/resources/index.ts';
import { bodyOf, call, john } from '../support/calls.ts';
import { contract, documented, type Media, operation, problemsOf, problemsOfResponse } from '../support/contract.ts';
import { reference } from '../support/reference.ts';

describe('openapi.json matches the API reference', () => {
  test('routes', () => {
    const ours = Object.entries(contract.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(ours).not.toEqual([]);
    expect(new Set(ours)).toEqual(new Set(reference.routes.map(({ method, path }) => `${method} ${path}`)));
    expect(new Set(apiRoutes.map(({ method, path }) => `${method} ${path}`))).toEqual(new Set(ours));
  });

  test.each(reference.routes)('parameters, fields and examples of $method $path', (route) => {
    const ours = operation(route.method, route.path);
    const { parameters = [], requestBody } = ours;
    const described = parameters
      // The only parameter that the reference doesn't have, as sandbox/docs/reference.md says.
      .filter(({ name }) => name !== 'Idempotency-Key')
      .map(({ name, description, schema }) => ({ name, type: schema.type, description }));
    expect(described).toEqual(route.parameters);

    const status = Object.keys(ours.responses).find((each) => each.startsWith('2'));
    const response = documented(ours, Number(status))?.content?.['application/json'];
    expectToMatch(response, route.response as object);
    if (requestBody) expectToMatch(requestBody.content['application/json'], route.requestBody as object);
    else expect(route.requestBody).toBeUndefined();
    const { data: [item] = [] } = route.response as { data?: object[] };
    if (item !== undefined) {
      const { data } = schemaOf(response).properties as { data: { items: { $ref: string } } };
      expect(Object.keys(schemaOf({ schema: data.items }).properties)).toEqual(Object.keys(item));
    }
  });

  test('fields of the error body and of the webhook', () => {
    expect(problemsOf('#/components/schemas/Error', reference.error)).toEqual([]);
    expect(contract.webhooks['user.created']?.['post']?.requestBody?.content['application/json']?.example).toEqual(
      reference.webhook,
    );
    expect(problemsOf('#/components/schemas/UserCreatedEvent', reference.webhook)).toEqual([]);
  });

  /** Expects this example, which must match its schema, and no other fields. */
  function expectToMatch(media: Media | undefined, example: object): void {
    expect(media?.example).toEqual(example);
    expect(problemsOf(media!.schema.$ref, example)).toEqual([]);
    expect(Object.keys(schemaOf(media).properties)).toEqual(Object.keys(example));
  }
  function schemaOf(media: Pick<Media, 'schema'> | undefined): { properties: object } {
    return contract.components.schemas[media!.schema.$ref.split('/').at(-1)!]!;
  }
});

describe('the sandbox has the limits in openapi.json', () => {
  type Limits = Readonly<Record<'minLength' | 'maxLength' | 'minimum' | 'maximum', number | undefined>>;
  /** Numbers at and just beyond both limits. */
  const around = (min: number, max: number) =>
    [min - 1, min, max, max + 1].map((n) => [n, n >= min && n <= max] as const);

  test.each(Object.entries(contract.components.schemas['UserCreate']!.properties as Record<string, Limits>))(
    'characters of %s',
    async (field, { minLength = 20, maxLength = Infinity }) => {
      for (const [length, isAllowed] of around(minLength, maxLength).slice(field === 'email' ? 1 : 0)) {
        const value = field === 'email' ? `${'x'.repeat(length - 12)}@example.com` : 'x'.repeat(length);
        const { status } = await call(createSandbox(), 'POST /v1/users', { json: { ...john, [field]: value } });
        expect([field, length, status]).toEqual([field, length, isAllowed ? 201 : 422]);
      }
    },
  );

  test.each(operation('GET', '/projects').parameters!.filter(({ schema }) => schema.type === 'integer'))(
    'numbers of $name',
    async ({ name, schema }) => {
      const { minimum = 0, maximum = 0 } = schema as unknown as Limits; // an OpenAPI schema
      for (const [number, isAllowed] of around(minimum, Math.min(maximum, 1e14)).slice(0, maximum > 1e14 ? 3 : 4)) {
        const { status } = await call(createSandbox(), `GET /v1/projects?${name}=${number}`);
        expect([name, number, status]).toEqual([name, number, isAllowed ? 200 : 422]);
      }
    },
  );
});

test('an OpenAPI linter finds no problems in openapi.json', async () => {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: JSON.stringify(contract), config });
  // Its rule on example.com targets forgotten placeholders; here, it is the API's name.
  const ours = problems.filter(({ ruleId }) => ruleId !== 'no-server-example.com');
  expect(ours.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
});

test("openapi.json is served without a token, with the server's own address", async () => {
  const response = await createSandbox().fetch('http://127.0.0.1:4010/openapi.json');
  expect(await response.json()).toEqual({ ...contract, servers: [{ url: 'http://127.0.0.1:4010/v1' }] });
});

describe('responses match openapi.json', () => {
  /** What makes the API respond with a status, for any operation that documents it. */
  const causes: Record<number, (example: unknown) => Parameters<typeof call>[2]> = {
    400: () => ({ body: '{' }),
    401: (example) => ({ json: example, token: null }),
    409: (example) => ({ json: example, headers: { 'Idempotency-Key': 'used' } }),
    413: () => ({ body: 'x'.repeat(1_000_001) }),
    415: (example) => ({ json: example, headers: { 'Content-Type': 'text/plain' } }),
    422: (example) => (example === undefined ? {} : { json: { nonsense: 1 } }),
  };
  const cases = Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, asked]) =>
      Object.keys(asked.responses).map((status) => [method.toUpperCase(), path, Number(status), asked] as const),
    ),
  );

  test.each(cases)('%s %s → %i', async (method, path, status, asked) => {
    const { parameters = [], requestBody } = asked;
    const example = requestBody?.content['application/json']?.example;
    const sandbox = createSandbox({ ...byResource(() => 1), rateLimit: { limit: status === 429 ? 1 : 100 } });
    const id = status === 404 ? 'nobody' : String(parameters.find(({ name }) => name === 'id')?.example);
    const query = new URLSearchParams(status === 422 && requestBody === undefined ? 'page=0' : '');
    const target = `${method} /v1${path.replace('{id}', id)}?${query.toString()}`;
    const options = causes[status]?.(example) ?? { json: example };
    if (status === 409) {
      const json = { ...john, name: 'Another' };
      await call(sandbox, target, { json, headers: { 'Idempotency-Key': 'used' } });
    }
    if (status === 429) await call(sandbox, target, options);

    const response = await call(sandbox, target, options);
    expect(response.status).toBe(status);
    expect(problemsOfResponse(asked, response, await bodyOf(response))).toEqual([]);
    for (const name of Object.keys(documented(asked, status)?.headers ?? {})) {
      // Only a repeated request gets this header.
      if (name !== 'Idempotent-Replayed') expect(response.headers.get(name), name).not.toBeNull();
    }
  });

  test('each has the documented rate-limit headers', async () => {
    const { headers: got } = await call(createSandbox(), 'GET /v1/projects');
    for (const name of reference.rateLimitHeaders) expect(got.get(name!), name).toMatch(/^\d+$/);
    expect(reference.rateLimitHeaders).toHaveLength(3);
  });
});
