/**
 * A local copy of the documented API, for development and tests.
 *
 * @module @example/sandbox
 */
import { assembleSandbox, type Sandbox } from './core.ts';
import type { SandboxOptions } from './options.ts';
import { listen } from './server.ts';

export type { Faults } from './faults/armed-faults.ts';
export type { ArmedFault, Fault } from './faults/fault.ts';
export type { ListenOptions, SandboxOptions, WebhookOptions } from './options.ts';
export type { Sandbox, SandboxServer } from './sandbox.ts';
export type { Records, Seed, Seeds } from './resources/index.ts';
export type { Project, User } from '@example/sdk';
export type { ProjectRecord } from './resources/projects.ts';
export type { RecordedRequest, RecordedResponse, RequestState } from './state/recorded-request.ts';
export type { RecordFields, RecordState, SandboxState } from './state/sandbox-state.ts';
export type { NewToken, TokenInfo, TokenState } from './state/tokens.ts';
export type { Attempt, DeliveryRecord, EndpointRecord } from './storage/record-types.ts';
export type { Clock } from './utils/clock.ts';
export type { EndpointChanges, EndpointParams } from './webhooks/endpoint-params.ts';
export type { SandboxWebhooks } from './webhooks/webhooks.ts';

/**
 * Runs the documented API in this process, with its state, authentication, rate limit and errors. You need no account.
 *
 * @example
 * const sandbox = createSandbox();
 * const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch });
 *
 * @throws {TypeError} when an option is invalid; the message names the option.
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  return assembleSandbox(options, { listen });
}
