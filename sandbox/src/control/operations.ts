import { dataOperations } from './data-operations.ts';
import type { Operation } from './operation.ts';
import { sandboxOperations } from './sandbox-operations.ts';
import { streamOperations } from './stream-operations.ts';
import { webhookOperations } from './webhook-operations.ts';

/** Every operation of the control API. */
export const operations: readonly Operation[] = [
  ...dataOperations,
  ...webhookOperations,
  ...sandboxOperations,
  ...streamOperations,
];
