/**
 * Prometheus metrics of a Coppice tree, through prom-client.
 *
 * @packageDocumentation
 */
export { type Instrumented, type InstrumentOptions, instrument } from './instrument.js';
export type { PrometheusRegistry } from './exposition.js';
export { prometheusName } from './names.js';
