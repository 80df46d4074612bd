/** Health as a function of the tree, and the server that tells it to probes. */
export { type Health, type HealthOptions, type HealthReason, healthOf } from './health-of.js';
export { type HealthServerOptions, healthServer } from './health-server.js';
