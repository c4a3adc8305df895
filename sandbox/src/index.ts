/**
 * The documented API on your own machine, for development and tests.
 *
 * @module @example/sandbox
 */
import type { SandboxOptions } from './options.ts';
import { assembleSandbox, type Sandbox } from './sandbox.ts';
import { listen } from './server.ts';

export type { Fault } from './fault.ts';
export type { ArmedFault, Faults } from './faults.ts';
export type { Clock } from './clock.ts';
export type { ProjectSeed, SandboxOptions, UserSeed, WebhookOptions } from './options.ts';
export type { Project, User } from './schemas.ts';
export type { RecordedRequest } from './request-log.ts';
export type { NewToken, ProjectState, SandboxState, TokenInfo, TokenState, UserState } from './state.ts';
export type { ProjectRecord } from './store.ts';
export type { Attempt, DeliveryRecord, EndpointRecord } from './webhooks/records.ts';
export type { EndpointChanges, EndpointParams, SandboxWebhooks } from './webhooks/webhooks.ts';
export type { ListenOptions, Sandbox, SandboxServer } from './sandbox.ts';

/**
 * Makes the documented API run in this process: with state, authentication, rate limit and errors as the reference has
 * them, and no account.
 *
 * @example
 * const sandbox = createSandbox();
 * const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch });
 *
 * @throws TypeError for an option that makes no sense; the message names it.
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  return assembleSandbox(options, { listen });
}
