/** The server that tells the health of a tree to probes. */
export { type HealthServerOptions, healthServer } from './health-server.js';
