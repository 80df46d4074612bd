/** Threads as children. */
export { thread } from './thread.js';
export { type RunThreadOptions, runThread } from './run-thread.js';
export type { ThreadContext } from './context.js';
export type { ThreadHandle } from './handle.js';
export type { ThreadBaseOptions, ThreadOptions } from './options.js';
export type { ExactThreadProtocol, FromThread, ThreadData, ThreadProtocol, ToThread } from './protocol.js';
export { ThreadError, type ThreadErrorCode } from './errors.js';
