import * as z from 'zod/mini';
import { version } from '../package.json';
import { errorBodySchema } from './failure.ts';
import { projectListSchema } from './project-routes.ts';
import { projectListBody, projectSchema, userCreatedSchema, userSchema } from './schemas.ts';
import { userCreateSchema } from './users.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = Readonly<Record<string, Json>>;

const user = {
  id: 'user_123',
  name: 'John Doe',
  email: 'john@example.com',
  created_at: '2024-01-01T00:00:00Z',
};
const project = {
  id: 'proj_123',
  name: 'My Project',
  description: 'Project description',
  created_at: '2024-01-01T00:00:00Z',
};

/**
 * The API as an OpenAPI 3.1 document, made from the schemas that it is served by. The examples are the reference's.
 *
 * @param baseUrl Where it is served.
 */
export function openapi(baseUrl = 'https://api.example.com/v1'): JsonObject {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Example API',
      version,
      description: 'The documented API. Where the documentation is silent, this is what the local API does.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: baseUrl, description: 'The API' }],
    security: [{ bearer: [] }],
    tags: [
      { name: 'Users', description: 'People of the account.' },
      { name: 'Projects', description: 'What they work on.' },
    ],
    paths: {
      '/users': { post: createUser },
      '/users/{id}': { get: getUser },
      '/projects': { get: listProjects },
    },
    webhooks: { 'user.created': { post: userCreated } },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API token of the dashboard.' },
      },
      schemas: {
        User: schemaOf(userSchema, {
          id: "User's unique identifier.",
          name: 'Full name.',
          email: 'Email address, unique in the account.',
          created_at: 'When the user was created: ISO 8601, UTC.',
        }),
        UserCreate: schemaOf(userCreateSchema, {
          name: 'Full name.',
          email: 'Email address; must not belong to another user.',
          password: 'Password to sign in with; it is never returned.',
        }),
        Project: schemaOf(projectSchema, {
          id: "Project's unique identifier.",
          name: 'Name.',
          description: 'What the project is about.',
          created_at: 'When the project was created: ISO 8601, UTC.',
        }),
        ProjectList: schemaOf(
          z.extend(projectListBody, { data: z.array(z.unknown()) }),
          { data: 'The projects of this page.', meta: 'Where the page stands.' },
          { data: { items: { $ref: '#/components/schemas/Project' } } },
        ),
        Error: schemaOf(errorBodySchema, { error: 'What went wrong.' }),
        UserCreatedEvent: schemaOf(userCreatedSchema, {
          event: "The event's name.",
          data: 'The user.',
          timestamp: 'When it happened: ISO 8601, UTC.',
        }),
      },
      headers: {
        'X-RateLimit-Limit': header('integer', 'Requests allowed in a window.', 100),
        'X-RateLimit-Remaining': header('integer', 'Requests left in the current window.', 95),
        'X-RateLimit-Reset': header('integer', 'When the window ends: epoch seconds.', 1_640_995_200),
        'X-Request-Id': header('string', 'Names the request, to quote to support.', 'req_0123456789abcdef'),
        'Retry-After': header('integer', 'Seconds until a request is worth trying again.', 12),
        Location: header('string', 'Where the new user is.', '/v1/users/user_123'),
        'Idempotent-Replayed': header('string', '`true` when this is the answer to an earlier request.', 'true'),
      },
      responses: Object.fromEntries(failures.map(({ name, response }) => [name, response])),
    },
  };
}

const failures = (
  [
    [400, 'BadRequest', 'invalid_json', 'The request could not be read.'],
    [401, 'Unauthorized', 'unauthorized', 'The token is missing, unknown or revoked.'],
    [404, 'NotFound', 'not_found', 'There is nothing with this id.'],
    [409, 'Conflict', 'email_taken', 'The email belongs to another user, or the idempotency key to another request.'],
    [413, 'PayloadTooLarge', 'payload_too_large', 'The body has more than 1 MB.'],
    [415, 'UnsupportedMediaType', 'unsupported_media_type', 'The body is not JSON in UTF-8.'],
    [422, 'UnprocessableContent', 'invalid_request', 'A field or parameter is invalid; `details` says which.'],
    [429, 'TooManyRequests', 'rate_limit_exceeded', 'The token has used up its budget.'],
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

const createUser: JsonObject = {
  operationId: 'createUser',
  tags: ['Users'],
  summary: 'Create User',
  description: 'Creates a new user.',
  parameters: [
    {
      name: 'Idempotency-Key',
      in: 'header',
      description: 'Of requests with the same key and body, one creates the user, and the others get its answer.',
      schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
    },
  ],
  requestBody: {
    required: true,
    content: json('UserCreate', { name: user.name, email: user.email, password: 'secure_password' }),
  },
  responses: {
    '201': success('The new user.', json('User', user), ['Location', 'Idempotent-Replayed']),
    ...failuresOf(400, 401, 409, 413, 415, 422, 429),
  },
};

const getUser: JsonObject = {
  operationId: 'getUser',
  tags: ['Users'],
  summary: 'Get User',
  description: 'Retrieves user information by ID.',
  parameters: [
    {
      name: 'id',
      in: 'path',
      required: true,
      description: "User's unique identifier",
      schema: { type: 'string', minLength: 1 },
      example: 'user_123',
    },
  ],
  responses: { '200': success('The user.', json('User', user)), ...failuresOf(401, 404, 422, 429) },
};

const listProjects: JsonObject = {
  operationId: 'listProjects',
  tags: ['Projects'],
  summary: 'List Projects',
  description: 'Retrieves a list of projects.',
  parameters: queryParameters(projectListSchema, {
    page: 'Page number (default: 1)',
    per_page: 'Items per page (default: 20)',
    status: 'Filter by status (optional)',
  }),
  responses: {
    '200': success(
      'One page of the projects, newest first.',
      json('ProjectList', { data: [project], meta: { current_page: 1, total_pages: 5, total_count: 100 } }),
    ),
    ...failuresOf(401, 422, 429),
  },
};

const userCreated: JsonObject = {
  operationId: 'userCreated',
  tags: ['Users'],
  summary: 'User created',
  description: 'Sent when a user was created, signed as the Standard Webhooks specification says.',
  security: [],
  parameters: [
    webhookHeader('webhook-id', 'Names the event; the same for every attempt.'),
    webhookHeader('webhook-timestamp', 'When the attempt is made: epoch seconds.'),
    webhookHeader('webhook-signature', 'Signatures, separated by spaces.'),
  ],
  requestBody: {
    required: true,
    content: json('UserCreatedEvent', {
      event: 'user.created',
      data: { id: user.id, name: user.name, email: user.email },
      timestamp: '2024-01-01T00:00:00Z',
    }),
  },
  responses: {
    '2XX': { description: 'The event has been taken in.' },
    '4XX': { description: 'It has not, and is sent again later; 410 ends that.' },
  },
};

function failuresOf(...statuses: readonly number[]): Record<string, Json> {
  return Object.fromEntries(
    failures
      .filter(({ status }) => statuses.includes(status))
      .map(({ status, name }) => [String(status), { $ref: `#/components/responses/${name}` }]),
  );
}

function success(description: string, content: JsonObject, more: readonly string[] = []): JsonObject {
  return { description, headers: headers(more), content };
}

function headers(more: readonly string[]): JsonObject {
  const names = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset', 'X-Request-Id', ...more];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function header(type: 'integer' | 'string', description: string, example: Json): JsonObject {
  return { description, schema: { type }, example };
}

function webhookHeader(name: string, description: string): JsonObject {
  return { name, in: 'header', required: true, description, schema: { type: 'string' } };
}

function json(schema: string, example: Json): JsonObject {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, example } };
}

function schemaOf(
  schema: z.core.$ZodType,
  descriptions: Readonly<Record<string, string>>,
  references: Readonly<Record<string, JsonObject>> = {},
): JsonObject {
  // JSON by definition; zod's type for it is wider.
  const made = z.toJSONSchema(schema) as JsonObject;
  const fields = made['properties'] as Readonly<Record<string, JsonObject>>;
  const properties = Object.entries(descriptions).map(
    ([name, description]) => [name, { description, ...fields[name], ...references[name] }] as const,
  );
  const own = Object.entries(made).filter(([name]) => name !== '$schema');
  return { ...Object.fromEntries(own), properties: Object.fromEntries(properties) };
}

function queryParameters(schema: z.ZodMiniType, descriptions: Readonly<Record<string, string>>): JsonObject[] {
  const { properties } = z.toJSONSchema(schema, { io: 'output' });
  return Object.entries(descriptions).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: properties?.[name] as JsonObject,
  }));
}
