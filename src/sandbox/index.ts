/**
 * The documented API on your own machine, for development and tests.
 *
 * @packageDocumentation
 */
export type { Fault } from './fault.ts';
export type { ArmedFault, Faults } from './faults.ts';
export type { ProjectSeed, SandboxOptions, UserSeed } from './options.ts';
export type { RecordedRequest } from './request-log.ts';
export { createSandbox, type ListenOptions, type Sandbox, type SandboxServer } from './sandbox.ts';
