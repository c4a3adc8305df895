import { found } from '../http/failure.ts';
import { type NamedResource, resources } from '../resources/index.ts';
import { capitalized, type StoredRecord } from '../resources/resource.ts';
import type { Services } from '../state/services.ts';
import { newTokenSchema, RecordState } from '../state/sandbox-state.ts';
import { type ControlServices, type Operation, operation } from './operation.ts';
import { createdTokenSchema, fieldsSchemas, listOf, recordSchemas, tokenSchema } from './schemas.ts';

function recordOperations(resource: NamedResource): readonly Operation[] {
  const { name, singular, event } = resource;
  const [tag, one] = [capitalized(name), capitalized(singular)];
  const path = `/${name}`;
  const schema = recordSchemas[name];
  const body = fieldsSchemas[name];
  const records = (services: Services) => new RecordState<StoredRecord>(services, resource);
  const failures = resource.unique === undefined ? [] : ([409] as const);
  return [
    operation({
      operationId: `list${tag}`,
      tag,
      method: 'GET',
      path,
      summary: `Lists all ${name}, oldest first`,
      response: { status: 200, description: `The ${name}.`, schema: listOf(schema) },
      handle: (services) => ({ data: records(services).list() }),
    }),
    operation({
      operationId: `create${one}`,
      tag,
      method: 'POST',
      path,
      summary: `Creates a ${singular}${event === undefined ? '' : ` and sends \`${event}\``}`,
      description: 'Missing fields get sample values.',
      body,
      response: { status: 201, description: `The new ${singular}.`, schema },
      failures,
      handle: (services) => records(services).create(services.body),
    }),
    operation({
      operationId: `get${one}`,
      tag,
      method: 'GET',
      path: `${path}/{id}`,
      summary: `Gets a ${singular}`,
      response: { status: 200, description: `The ${singular}.`, schema },
      failures: [404],
      handle: (services) => found(records(services).get(services.id), singular, services.id),
    }),
    operation({
      operationId: `update${one}`,
      tag,
      method: 'PATCH',
      path: `${path}/{id}`,
      summary: `Changes a ${singular}`,
      body,
      response: { status: 200, description: `The changed ${singular}.`, schema },
      failures: [404, ...failures],
      handle: (services) => records(services).update(services.id, services.body),
    }),
    operation({
      operationId: `delete${one}`,
      tag,
      method: 'DELETE',
      path: `${path}/{id}`,
      summary: `Deletes a ${singular}`,
      response: { status: 204, description: `The ${singular} is deleted.` },
      failures: [404],
      handle: (services) => found(records(services).delete(services.id) || undefined, singular, services.id),
    }),
  ];
}

const tokenOperations = [
  operation({
    operationId: 'listTokens',
    tag: 'Tokens',
    method: 'GET',
    path: '/tokens',
    summary: 'Lists the API tokens with their rate limits, oldest first',
    response: { status: 200, description: 'The tokens.', schema: listOf(tokenSchema) },
    handle: (services) => ({ data: tokens(services) }),
  }),
  operation({
    operationId: 'createToken',
    tag: 'Tokens',
    method: 'POST',
    path: '/tokens',
    summary: 'Creates an API token, with a budget of its own',
    description: 'Tests that run in parallel can each use a token. Without `token`, the token is random.',
    body: newTokenSchema,
    response: { status: 201, description: 'The new token.', schema: createdTokenSchema },
    failures: [409],
    handle: ({ state, body }) => state.tokens.create(body.name, body.token),
  }),
  operation({
    operationId: 'getToken',
    tag: 'Tokens',
    method: 'GET',
    path: '/tokens/{id}',
    summary: 'Gets an API token with its rate limit',
    response: { status: 200, description: 'The token.', schema: tokenSchema },
    failures: [404],
    handle: (services) =>
      found(
        tokens(services).find(({ id }) => id === services.id),
        'token',
        services.id,
      ),
  }),
  operation({
    operationId: 'revokeToken',
    tag: 'Tokens',
    method: 'DELETE',
    path: '/tokens/{id}',
    summary: 'Revokes an API token',
    response: { status: 204, description: 'The API refuses the token with a 401.' },
    failures: [404],
    handle: ({ state, id }) => found(state.tokens.revoke(id) || undefined, 'token', id),
  }),
];

function tokens({ state, windows, clock }: ControlServices) {
  return state.tokens.list().map((token) => ({ ...token, rate_limit: windows.status(token.id, clock.now()) }));
}

/** Operations on the records of all resources, and on tokens. */
export const dataOperations = [...resources.flatMap(recordOperations), ...tokenOperations];
