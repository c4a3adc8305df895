import { found } from '../http/failure.ts';
import { fieldsSchemas, type NamedResource } from '../resources/index.ts';
import type { StoredRecord } from '../resources/resource.ts';
import type { Services } from '../state/services.ts';
import { RecordState } from '../state/sandbox-state.ts';
import { newTokenSchema } from '../state/tokens.ts';
import { type Operation, operation } from './operation.ts';

/** Operations on the records of a resource. */
export function recordOperations(resource: NamedResource): readonly Operation[] {
  const { name, singular } = resource;
  const body = fieldsSchemas[name];
  const records = (services: Services) => new RecordState<StoredRecord>(services, resource);
  return [
    operation(`GET /${name}`, { handle: (services) => ({ data: records(services).list() }) }),
    operation(`POST /${name}`, { body, status: 201, handle: (services) => records(services).create(services.body) }),
    operation(`GET /${name}/:id`, {
      handle: (services) => found(records(services).get(services.id), singular, services.id),
    }),
    operation(`PATCH /${name}/:id`, {
      body,
      handle: (services) => records(services).update(services.id, services.body),
    }),
    operation(`DELETE /${name}/:id`, {
      status: 204,
      handle: (services) => found(records(services).delete(services.id) || undefined, singular, services.id),
    }),
  ];
}

export const tokenOperations = [
  operation('GET /tokens', {
    handle: ({ tokens, windows, clock }) => ({
      data: tokens.list().map((token) => ({ ...token, rate_limit: windows.status(token.id, clock.now()) })),
    }),
  }),
  operation('POST /tokens', {
    body: newTokenSchema,
    status: 201,
    handle: ({ tokens, body }) => tokens.create(body.name, body.token),
  }),
  operation('DELETE /tokens/:id', {
    status: 204,
    handle: ({ tokens, id }) => found(tokens.revoke(id) || undefined, 'token', id),
  }),
];
