import * as z from 'zod/mini';
import { version } from '../../package.json';
import { faultHeader } from '../faults/header-faults.ts';
import { capitalized } from '../resources/resource.ts';
import type { Operation, OperationResponse } from './operation.ts';
import { groups } from './operations.ts';
import type { JsonObject } from '../utils/json.ts';
import { errorBodySchema } from '../utils/schemas.ts';
import { namedSchemas } from './schemas.ts';

const failures = {
  400: 'The body could not be read.',
  403: 'The request comes from a page of another site.',
  404: 'There is no record with this id.',
  409: 'The value belongs to another record.',
  413: 'The body is larger than 1 MB.',
  415: 'The body is not JSON in UTF-8.',
  422: 'A field or parameter is invalid; `details` says which.',
} as const;

/**
 * Describes the control API as an OpenAPI 3.1 document, generated from the operations that the routes are made of.
 *
 * @param baseUrl Where the control API is served.
 */
export function controlOpenapi(baseUrl = 'http://127.0.0.1:4010/__sandbox'): JsonObject {
  const schemas = new SchemaNames();
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const { tag, operations } of groups) {
    for (const operation of operations) {
      (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(tag, operation, schemas);
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Control API of @example/sandbox',
      version,
      description:
        'Drives a sandbox from tests in any language. It does what the dashboard does, and needs no token. ' +
        `To make one request of the Example API fail, send a fault in JSON in its \`${faultHeader}\` header: see HeaderFault.`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: baseUrl, description: 'A sandbox on this machine' }],
    security: [],
    tags: groups.map(({ tag, description }) => ({ name: tag, description })),
    paths,
    components: {
      schemas: schemas.describe(),
      responses: Object.fromEntries(
        Object.entries(failures).map(([status, description]) => [
          `Error${status}`,
          { description, content: { 'application/json': { schema: schemas.reference(errorBodySchema) } } },
        ]),
      ),
    },
  };
}

/** The names of the schemas in the document. */
class SchemaNames {
  readonly #registry = z.registry<{ id: string }>();

  constructor() {
    for (const [id, schema] of Object.entries(namedSchemas)) this.#registry.add(schema, { id });
  }

  /** A reference to a schema. A schema without a name of its own gets `name`. */
  reference(schema: z.ZodMiniType, name = ''): JsonObject {
    if (!this.#registry.has(schema)) this.#registry.add(schema, { id: name });
    return { $ref: uri(this.#registry.get(schema)?.id ?? name) };
  }

  describe(): JsonObject {
    const { schemas } = z.toJSONSchema(this.#registry, {
      uri,
      // TypeScript's readonly says nothing about what a client may send.
      override: ({ jsonSchema }) => {
        delete jsonSchema.readOnly;
      },
    });
    return Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [
        name,
        // A JSON Schema is JSON; zod's type for it is wider.
        Object.fromEntries(Object.entries(schema as JsonObject).filter(([key]) => key !== '$schema' && key !== '$id')),
      ]),
    );
  }
}

const idParameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'Id of the record.',
  schema: { type: 'string', minLength: 1 },
};

function uri(name: string): string {
  return `#/components/schemas/${name}`;
}

function describe(tag: string, operation: Operation, schemas: SchemaNames): JsonObject {
  const { operationId, method, path, summary, description, query, body, response } = operation;
  const statuses = [
    ...(body === undefined ? [] : ([400, 413, 415] as const)),
    ...(method === 'GET' ? [] : ([403] as const)),
    ...operation.failures,
    422 as const,
  ];
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    parameters: [
      ...(path.includes('{id}') ? [idParameter] : []),
      ...(query === undefined ? [] : queryParameters(query)),
    ],
    ...(body !== undefined && {
      requestBody: {
        required: !body.safeParse({}).success,
        content: { 'application/json': { schema: schemas.reference(body, `${capitalized(operationId)}Request`) } },
      },
    }),
    responses: {
      [response.status]: success(response, schemas, `${capitalized(operationId)}Response`),
      ...Object.fromEntries(
        statuses
          .sort((a, b) => a - b)
          .map((status) => [String(status), { $ref: `#/components/responses/Error${status}` }]),
      ),
    },
  };
}

function success(response: OperationResponse, schemas: SchemaNames, name: string): JsonObject {
  const { description } = response;
  if (response.status === 204) return { description };
  const [type, schema] =
    'line' in response ? ['application/x-ndjson', response.line] : ['application/json', response.schema];
  return { description, content: { [type]: { schema: schemas.reference(schema, name) } } };
}

function queryParameters(schema: z.ZodMiniType): JsonObject[] {
  const { properties = {} } = z.toJSONSchema(schema);
  return Object.entries(properties).map(([name, property]) => {
    // As above.
    const { description = '', ...rest } = property as JsonObject;
    return { name, in: 'query', description, schema: rest };
  });
}
