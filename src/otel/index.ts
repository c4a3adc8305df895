/**
 * OpenTelemetry spans and metrics of the client.
 *
 * @module @example/sdk/otel
 */
export { instrument, type InstrumentOptions } from './instrument.ts';
