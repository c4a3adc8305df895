/**
 * OpenTelemetry spans and metrics of the client.
 *
 * @module @example/sdk/otel
 */
export { instrument } from './instrument.ts';
