import { resources } from '../resources/index.ts';
import { capitalized } from '../resources/resource.ts';
import { recordOperations, tokenOperations } from './data-operations.ts';
import { faultOperations, processOperations, requestOperations } from './sandbox-operations.ts';
import { webhookOperations } from './webhook-operations.ts';

/** The operations of the control API, in the groups that its OpenAPI document has. */
export const groups = [
  ...resources.map((resource) => ({
    tag: capitalized(resource.name),
    description: `${capitalized(resource.name)} of the account.`,
    operations: recordOperations(resource),
  })),
  { tag: 'Tokens', description: 'API tokens and their rate limits.', operations: tokenOperations },
  { tag: 'Webhooks', description: 'Webhooks, events and deliveries.', operations: webhookOperations },
  { tag: 'Faults', description: 'Failures on demand.', operations: faultOperations },
  { tag: 'Requests', description: 'The request log.', operations: requestOperations },
  { tag: 'Sandbox', description: 'Clock, reset and configuration.', operations: processOperations },
];

/** Every operation of the control API. */
export const operations = groups.flatMap((group) => group.operations);
