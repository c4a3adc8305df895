import { createSandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { apiRoutes } from '../../src/resources/index.ts';
import { call, john } from '../support/calls.ts';
import { contract, documented, operation, problemsOf } from '../support/contract.ts';
import { receiver } from '../support/receiver.ts';
import { reference } from '../support/reference.ts';
import { testResponses } from '../support/responses.ts';

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

    const status = Object.keys(ours.responses).find((each) => each.startsWith('2'));
    const answer = documented(ours, Number(status))?.content?.['application/json'];
    expect(answer === undefined).toBe(route.response === undefined);
    if (answer === undefined) return;
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

testResponses(createSandbox);

describe('what every response and webhook has', () => {
  test('every response has the documented rate-limit headers', async () => {
    const { headers: got } = await call(createSandbox(), 'GET /v1/projects');
    for (const name of reference.rateLimitHeaders) expect(got.get(name!), name).toMatch(/^\d+$/);
    expect(reference.rateLimitHeaders).toHaveLength(3);
  });

  test('the webhook matches the document', async () => {
    const { url, received } = await receiver();
    const sandbox = createSandbox({ webhooks: { endpoints: [{ url }] } });
    await call(sandbox, 'POST /v1/users', { json: john });
    await sandbox.webhooks.flush();
    const sent = JSON.parse(received[0]!.body) as object;
    expect(problemsOf('#/components/schemas/UserCreatedEvent', sent)).toEqual([]);
    expect(Object.keys(sent)).toEqual(Object.keys(reference.webhook as object));
    for (const { name } of contract.webhooks!['user.created']!['post']!.parameters!) {
      expect(received[0]?.headers[name]).toBeDefined();
    }
    await sandbox.close();
  });
});
