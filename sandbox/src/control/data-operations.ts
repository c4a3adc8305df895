import { found } from '../http/failure.ts';
import type { NamedResource } from '../resources/index.ts';
import { capitalized, type StoredRecord } from '../resources/resource.ts';
import type { Services } from '../state/services.ts';
import { RecordState } from '../state/sandbox-state.ts';
import { newTokenSchema } from '../state/tokens.ts';
import { type Operation, operation } from './operation.ts';
import { createdTokenSchema, fieldsSchemas, listOf, recordSchemas, tokenSchema } from './schemas.ts';

/** Operations on the records of a resource. */
export function recordOperations(resource: NamedResource): readonly Operation[] {
  const { name, singular, event, unique } = resource;
  const one = capitalized(singular);
  const schema = recordSchemas[name];
  const body = fieldsSchemas[name];
  const conflicts = unique !== undefined;
  const sends = event === undefined ? '' : ` and sends \`${event}\``;
  const records = (services: Services) => new RecordState<StoredRecord>(services, resource);
  return [
    operation(`list${capitalized(name)}`, `GET /${name}`, `Lists all ${name}, oldest first`, {
      response: { status: 200, description: `The ${name}.`, schema: listOf(schema) },
      handle: (services) => ({ data: records(services).list() }),
    }),
    operation(`create${one}`, `POST /${name}`, `Creates a ${singular}${sends}`, {
      description: 'Missing fields get sample values.',
      body,
      response: { status: 201, description: `The new ${singular}.`, schema },
      conflicts,
      handle: (services) => records(services).create(services.body),
    }),
    operation(`get${one}`, `GET /${name}/{id}`, `Gets a ${singular}`, {
      response: { status: 200, description: `The ${singular}.`, schema },
      handle: (services) => found(records(services).get(services.id), singular, services.id),
    }),
    operation(`update${one}`, `PATCH /${name}/{id}`, `Changes a ${singular}`, {
      body,
      response: { status: 200, description: `The changed ${singular}.`, schema },
      conflicts,
      handle: (services) => records(services).update(services.id, services.body),
    }),
    operation(`delete${one}`, `DELETE /${name}/{id}`, `Deletes a ${singular}`, {
      response: { status: 204, description: `The ${singular} is deleted.` },
      handle: (services) => found(records(services).delete(services.id) || undefined, singular, services.id),
    }),
  ];
}

const withLimits = ({ tokens, windows, clock }: Services) =>
  tokens.list().map((token) => ({ ...token, rate_limit: windows.status(token.id, clock.now()) }));

export const tokenOperations = [
  operation('listTokens', 'GET /tokens', 'Lists the API tokens with their rate limits, oldest first', {
    response: { status: 200, description: 'The tokens.', schema: listOf(tokenSchema) },
    handle: (services) => ({ data: withLimits(services) }),
  }),
  operation('createToken', 'POST /tokens', 'Creates an API token, with a budget of its own', {
    description: 'Tests that run in parallel can each use a token. Without `token`, the token is random.',
    body: newTokenSchema,
    response: { status: 201, description: 'The new token.', schema: createdTokenSchema },
    conflicts: true,
    handle: ({ tokens, body }) => tokens.create(body.name, body.token),
  }),
  operation('getToken', 'GET /tokens/{id}', 'Gets an API token with its rate limit', {
    response: { status: 200, description: 'The token.', schema: tokenSchema },
    handle: (services) => {
      const token = withLimits(services).find(({ id }) => id === services.id);
      return found(token, 'token', services.id);
    },
  }),
  operation('revokeToken', 'DELETE /tokens/{id}', 'Revokes an API token', {
    response: { status: 204, description: 'The API refuses the token with a 401.' },
    handle: ({ tokens, id }) => found(tokens.revoke(id) || undefined, 'token', id),
  }),
];
