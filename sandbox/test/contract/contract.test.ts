import { createSandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { apiRoutes, byResource } from '../../src/resources/index.ts';
import { bodyOf, call, john } from '../support/calls.ts';
import { contract, documented, operation, problemsOf, problemsOfExchange } from '../support/contract.ts';
import { receiver } from '../support/receiver.ts';
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
      // The one parameter that the reference does not have; sandbox/docs/reference.md says so.
      .filter(({ name }) => name !== 'Idempotency-Key')
      .map(({ name, description, schema }) => ({ name, type: schema.type, description }));
    expect(described).toEqual(route.parameters);

    const media = requestBody?.content['application/json'];
    expect(media?.example).toEqual(route.requestBody);
    if (media !== undefined) {
      expect(problemsOf(media.schema.$ref, route.requestBody)).toEqual([]);
      expect(fieldsOf(media.schema.$ref)).toEqual(Object.keys(route.requestBody as object));
    }

    const status = route.method === 'POST' ? 201 : 200;
    const answer = documented(ours, status)!.content!['application/json']!;
    expect(answer.example).toEqual(route.response);
    expect(problemsOf(answer.schema.$ref, route.response)).toEqual([]);
    expect(fieldsOf(answer.schema.$ref)).toEqual(Object.keys(route.response as object));
    const { data: [item] = [] } = route.response as { data?: object[] };
    if (item !== undefined) {
      const { data } = schemaOf(answer.schema.$ref).properties as { data: { items: { $ref: string } } };
      expect(fieldsOf(data.items.$ref)).toEqual(Object.keys(item));
    }
  });

  test('fields of the error body and of the webhook', () => {
    expect(problemsOf('#/components/schemas/Error', reference.error)).toEqual([]);
    expect(contract.webhooks?.['user.created']?.['post']?.requestBody?.content['application/json']?.example).toEqual(
      reference.webhook,
    );
    expect(problemsOf('#/components/schemas/UserCreatedEvent', reference.webhook)).toEqual([]);
  });

  function schemaOf(reference: string): { properties: object } {
    return contract.components.schemas[reference.split('/').at(-1)!]!;
  }
  function fieldsOf(reference: string): string[] {
    return Object.keys(schemaOf(reference).properties);
  }
});

/** What makes the API respond with a status, to any operation that documents it. */
const causes: Record<number, (example: unknown) => Parameters<typeof call>[2]> = {
  200: () => ({}),
  201: (example) => ({ json: example }),
  400: () => ({ body: '{' }),
  401: (example) => ({ json: example, token: null }),
  404: () => ({}),
  409: (example) => ({ json: example, headers: { 'Idempotency-Key': 'used' } }),
  413: () => ({ body: 'x'.repeat(1_000_001) }),
  415: (example) => ({ json: example, headers: { 'Content-Type': 'text/plain' } }),
  422: (example) => (example === undefined ? {} : { json: {} }),
  429: (example) => ({ json: example }),
};

const cases = Object.entries(contract.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, asked]) =>
    Object.keys(asked.responses).map((status) => [method.toUpperCase(), path, Number(status), asked] as const),
  ),
);

describe('responses match openapi.json', () => {
  test.each(cases)('%s %s → %i', async (method, path, status, asked) => {
    const sandbox = createSandbox({ ...byResource(() => 1), rateLimit: { limit: status === 429 ? 1 : 100 } });
    const { parameters = [], requestBody } = asked;
    const id = status === 404 ? 'nobody' : String(parameters.find(({ name }) => name === 'id')?.example);
    const query = new URLSearchParams(status === 422 && requestBody === undefined ? 'page=0' : '');
    const target = `/v1${path.replace('{id}', id)}?${query.toString()}`;
    const example = requestBody?.content['application/json']?.example;
    if (status === 409) {
      const other = Object.fromEntries(Object.entries(example as object).map(([name, value]) => [name, `x${value}`]));
      await call(sandbox, `${method} ${target}`, { json: other, headers: { 'Idempotency-Key': 'used' } });
    }
    if (status === 429) await call(sandbox, `${method} ${target}`, causes[status]!(example));

    const response = await call(sandbox, `${method} ${target}`, causes[status]!(example));
    expect(response.status).toBe(status);
    expect(problemsOfExchange(asked, { query, json: example }, response, await bodyOf(response))).toEqual([]);
    for (const name of Object.keys(documented(asked, status)?.headers ?? {})) {
      // Only a repeated request has it.
      if (name !== 'Idempotent-Replayed') expect(response.headers.get(name), name).not.toBeNull();
    }
  });

  test('every response has the documented rate-limit headers', async () => {
    const { headers: got } = await call(createSandbox(), 'GET /v1/projects');
    for (const name of reference.rateLimitHeaders) expect(got.get(name!), name).toMatch(/^\d+$/);
    expect(reference.rateLimitHeaders).toHaveLength(3);
  });

  test('the webhook matches the document', async () => {
    const { url, received, close } = await receiver();
    const sandbox = createSandbox({ webhooks: { endpoints: [{ url }] } });
    await call(sandbox, 'POST /v1/users', { json: john });
    await sandbox.webhooks.flush();
    const sent = JSON.parse(received[0]!.body) as object;
    expect(problemsOf('#/components/schemas/UserCreatedEvent', sent)).toEqual([]);
    expect(Object.keys(sent)).toEqual(Object.keys(reference.webhook as object));
    for (const { name } of contract.webhooks!['user.created']!['post']!.parameters!) {
      expect(received[0]?.headers[name]).toBeDefined();
    }
    await close();
    await sandbox.close();
  });
});
