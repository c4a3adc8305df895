import * as z from 'zod/mini';
import { version } from '../../package.json';
import { resources } from '../resources/index.ts';
import {
  capitalized,
  documentedFields,
  eventData,
  exampleOf,
  examplesOf,
  type Field,
  listSchema,
  mapped,
  type Resource,
  updatedFields,
} from '../resources/resource.ts';
import { errorBodySchema } from '../utils/schemas.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = Readonly<Record<string, Json>>;

/**
 * Describes the API as an OpenAPI 3.1 document, generated from the schemas that the sandbox validates with. The examples
 * are the reference's.
 *
 * @param baseUrl Where the API is served.
 */
export function openapi(baseUrl = 'https://api.example.com/v1'): JsonObject {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Example API',
      version,
      description: 'The documented API. Where the reference is silent, this document describes what the sandbox does.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: baseUrl, description: 'The API' }],
    security: [{ bearer: [] }],
    tags: resources.map(({ name }) => ({
      name: capitalized(name),
      description: `${capitalized(name)} of the account.`,
    })),
    paths: Object.assign({}, ...resources.map(pathsOf)) as JsonObject,
    webhooks: Object.fromEntries(
      resources.flatMap((resource) =>
        resource.event === undefined ? [] : [[resource.event, { post: webhook(resource, resource.event) }]],
      ),
    ),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API token, created in the dashboard.' },
      },
      schemas: {
        ...(Object.assign({}, ...resources.map(componentsOf)) as JsonObject),
        Error: objectOf({ error: { description: 'What went wrong.', ...schemaOf(errorBodySchema.shape.error) } }),
      },
      headers: Object.fromEntries(
        documentedHeaders.map(([name, type, description, example]) => [
          name,
          { description, schema: { type }, example },
        ]),
      ),
      responses: Object.fromEntries(failures.map(({ name, response }) => [name, response])),
    },
  };
}

const documentedHeaders = [
  ['X-RateLimit-Limit', 'integer', 'Requests allowed in a window.', 100],
  ['X-RateLimit-Remaining', 'integer', 'Requests left in the current window.', 95],
  ['X-RateLimit-Reset', 'integer', 'When the window ends: epoch seconds.', 1_640_995_200],
  ['X-Request-Id', 'string', 'Identifies the request. Quote it when you contact support.', 'req_0123456789abcdef'],
  ['Retry-After', 'integer', 'Seconds to wait before the next request.', 12],
  ['Location', 'string', 'Path of the new record.', '/v1/users/user_123'],
  ['Idempotent-Replayed', 'string', '`true` when this response repeats that of an earlier request.', 'true'],
] as const;

const failures = (
  [
    [400, 'BadRequest', 'invalid_json', 'The request could not be read.'],
    [401, 'Unauthorized', 'unauthorized', 'The token is missing, unknown or revoked.'],
    [404, 'NotFound', 'not_found', 'There is nothing with this id.'],
    [409, 'Conflict', 'email_taken', 'A value belongs to another record, or the idempotency key to another request.'],
    [413, 'PayloadTooLarge', 'payload_too_large', 'The body is larger than 1 MB.'],
    [415, 'UnsupportedMediaType', 'unsupported_media_type', 'The body is not JSON in UTF-8.'],
    [422, 'UnprocessableContent', 'invalid_request', 'A field or parameter is invalid; `details` says which.'],
    [429, 'TooManyRequests', 'rate_limit_exceeded', 'The token has exceeded its rate limit.'],
  ] as const
).map(([status, name, code, description]) => ({
  status,
  name,
  response: {
    description,
    headers: headers(status === 429 ? ['Retry-After'] : []),
    content: json('Error', {
      error: {
        code,
        message: 'A detailed error message',
        details: status === 422 ? { field: 'Additional error context' } : {},
      },
    }),
  },
}));

/** The schemas of a resource, by name. */
function componentsOf(resource: Resource): JsonObject {
  const { singular, prefix, list, create, update, event } = resource;
  const name = capitalized(singular);
  const fields = documentedFields(resource.fields);
  const described = ({ schema, description }: Field) => ({ description, ...schemaOf(schema) });
  return {
    [name]: objectOf(
      {
        id: text(`${name}'s unique identifier, such as \`${prefix}_123\`.`),
        ...mapped(fields, ({ description }) => text(description)),
        created_at: text(`When the ${singular} was created: ISO 8601, UTC.`),
      },
      anything,
    ),
    ...(create && { [`${name}Create`]: objectOf(mapped({ ...fields, ...create }, described)) }),
    ...(update && {
      [`${name}Update`]: { ...objectOf(mapped(updatedFields(resource), described)), required: [] },
    }),
    ...(list && {
      [`${name}List`]: objectOf({
        data: {
          description: `The ${resource.name} of this page.`,
          type: 'array',
          items: { $ref: `#/components/schemas/${name}` },
        },
        meta: {
          description: 'Position of the page in the list.',
          ...objectOf({ current_page: number, total_pages: number, total_count: number }, anything),
        },
      }),
    }),
    ...(event !== undefined && {
      [`${name}CreatedEvent`]: objectOf({
        event: { ...text("The event's name."), const: event },
        data: {
          description: `The ${singular}.`,
          ...objectOf({ id: { type: 'string' }, ...mapped(resource.fields, () => ({ type: 'string' })) }),
        },
        timestamp: text('When it happened: ISO 8601, UTC.'),
      }),
    }),
  };
}

const anything = {};
const number = { type: 'number' };
const text = (description: string) => ({ description, type: 'string' });

function objectOf(properties: JsonObject, additionalProperties: JsonObject | false = false): JsonObject {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties };
}

/** The JSON Schema of what a schema gives. */
function schemaOf(schema: z.ZodMiniType): JsonObject {
  // A JSON Schema is JSON; zod's type for it is wider.
  const { $schema, ...own } = z.toJSONSchema(schema, { io: 'output' }) as JsonObject;
  return own;
}

/** The paths of a resource, with their operations. */
function pathsOf(resource: Resource): JsonObject {
  const paths = {
    [`/${resource.name}`]: listOperations(resource),
    [`/${resource.name}/{id}`]: recordOperations(resource),
  };
  return Object.fromEntries(Object.entries(paths).filter(([, operations]) => Object.keys(operations).length > 0));
}

function operation({ name }: Resource, verb: string, subject: string, details: JsonObject): JsonObject {
  return {
    operationId: `${verb}${subject}`,
    tags: [capitalized(name)],
    summary: `${capitalized(verb)} ${subject}`,
    ...details,
  };
}

/** The operations on all records. */
function listOperations(resource: Resource): JsonObject {
  const { name, singular, list, create } = resource;
  const one = capitalized(singular);
  const descriptions: Readonly<Record<string, string | undefined>> = {
    page: 'Page number (default: 1)',
    per_page: 'Items per page (default: 20)',
    ...list,
  };
  return {
    ...(list && {
      get: operation(resource, 'list', capitalized(name), {
        description: `Retrieves a list of ${name}.`,
        parameters: Object.entries(listSchema(resource).shape).map(([field, schema]) => ({
          name: field,
          in: 'query',
          description: descriptions[field] ?? '',
          schema: schemaOf(schema),
        })),
        responses: {
          '200': success(
            `One page of the ${name}, newest first.`,
            json(`${one}List`, {
              data: [exampleOf(resource)],
              meta: { current_page: 1, total_pages: 5, total_count: 100 },
            }),
          ),
          ...failuresOf(401, 422, 429),
        },
      }),
    }),
    ...(create && {
      post: operation(resource, 'create', one, {
        description: `Creates a new ${singular}.`,
        parameters: [
          {
            name: 'Idempotency-Key',
            in: 'header',
            description: `One of several requests with the same key and body creates the ${singular}; the others get the same response.`,
            schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
          },
        ],
        requestBody: {
          required: true,
          content: json(`${one}Create`, examplesOf({ ...documentedFields(resource.fields), ...create })),
        },
        responses: {
          '201': success(`The new ${singular}.`, json(one, exampleOf(resource)), ['Location', 'Idempotent-Replayed']),
          ...failuresOf(400, 401, 409, 413, 415, 422, 429),
        },
      }),
    }),
  };
}

/** The operations on one record. */
function recordOperations(resource: Resource): JsonObject {
  const { singular, prefix, unique, get, update } = resource;
  const one = capitalized(singular);
  const id = {
    name: 'id',
    in: 'path',
    required: true,
    description: `${one}'s unique identifier`,
    schema: { type: 'string', minLength: 1 },
    example: `${prefix}_123`,
  };
  return {
    ...(get && {
      get: operation(resource, 'get', one, {
        description: `Retrieves ${singular} information by ID.`,
        parameters: [id],
        responses: {
          '200': success(`The ${singular}.`, json(one, exampleOf(resource))),
          ...failuresOf(401, 404, 422, 429),
        },
      }),
    }),
    ...(update && {
      patch: operation(resource, 'update', one, {
        description: `Changes a ${singular}: the fields that the body has.`,
        parameters: [id],
        requestBody: { required: true, content: json(`${one}Update`, examplesOf(updatedFields(resource))) },
        responses: {
          '200': success(`The changed ${singular}.`, json(one, exampleOf(resource))),
          ...failuresOf(400, 401, 404, ...(unique === undefined ? [] : [409]), 413, 415, 422, 429),
        },
      }),
    }),
    ...(resource.delete && {
      delete: operation(resource, 'delete', one, {
        description: `Deletes a ${singular}.`,
        parameters: [id],
        responses: { '204': success(`The ${singular} is deleted.`), ...failuresOf(401, 404, 422, 429) },
      }),
    }),
  };
}

function webhook(resource: Resource, event: string): JsonObject {
  const { name, singular } = resource;
  return {
    operationId: `${singular}Created`,
    tags: [capitalized(name)],
    summary: `${capitalized(singular)} created`,
    description: `Sent when a ${singular} is created. Signed as specified by Standard Webhooks.`,
    security: [],
    parameters: Object.entries({
      'webhook-id': 'Identifies the event; the same for every attempt.',
      'webhook-timestamp': 'Time of the attempt, in epoch seconds.',
      'webhook-signature': 'Signatures, separated by spaces.',
    }).map(([header, description]) => ({
      name: header,
      in: 'header',
      required: true,
      description,
      schema: { type: 'string' },
    })),
    requestBody: {
      required: true,
      content: json(`${capitalized(singular)}CreatedEvent`, {
        event,
        data: eventData(resource, exampleOf(resource)),
        timestamp: '2024-01-01T00:00:00Z',
      }),
    },
    responses: {
      '2XX': { description: 'The event was accepted.' },
      '4XX': { description: 'The event was not accepted and is sent again later; 410 disables the webhook.' },
    },
  };
}

function failuresOf(...statuses: readonly number[]): Record<string, Json> {
  return Object.fromEntries(
    failures
      .filter(({ status }) => statuses.includes(status))
      .map(({ status, name }) => [String(status), { $ref: `#/components/responses/${name}` }]),
  );
}

function success(description: string, content?: JsonObject, more: readonly string[] = []): JsonObject {
  return { description, headers: headers(more), ...(content && { content }) };
}

function headers(more: readonly string[]): JsonObject {
  const names = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset', 'X-Request-Id', ...more];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function json(schema: string, example: Json): JsonObject {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, example } };
}
