/**
 * The documented API on your own machine, for development and tests.
 *
 * @module @example/sdk/sandbox
 */
export type { Fault } from './fault.ts';
export type { ArmedFault, Faults } from './faults.ts';
export type { Clock } from './clock.ts';
export type { ProjectSeed, SandboxOptions, UserSeed, WebhookOptions } from './options.ts';
export type { Project } from '../resources/projects.ts';
export type { User } from '../resources/users.ts';
export type { RecordedRequest } from './request-log.ts';
export type { NewToken, ProjectState, SandboxState, TokenInfo, TokenState, UserState } from './state.ts';
export type { ProjectRecord } from './store.ts';
export type { Attempt, DeliveryRecord, EndpointRecord } from './webhooks/records.ts';
export type { EndpointChanges, EndpointParams, SandboxWebhooks } from './webhooks/webhooks.ts';
export { createSandbox, type ListenOptions, type Sandbox, type SandboxServer } from './sandbox.ts';
