/**
 * OpenTelemetry metrics and traces of a Coppice tree.
 *
 * @packageDocumentation
 */
export { type InstrumentOptions, instrument } from './instrument.js';
