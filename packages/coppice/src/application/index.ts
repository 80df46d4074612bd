/** Applications: root supervisors that own their process while they run. */
export { application } from './application.js';
export type { ApplicationHealth } from './health-options.js';
export { ApplicationError, type ApplicationErrorCode } from './errors.js';
export type { Application, ApplicationLogger, ApplicationOptions, RunOptions } from './types.js';
