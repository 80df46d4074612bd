/** Threads as children. */
export { thread } from './thread.js';
export { type RunThreadOptions, runThread } from './run-thread.js';
export type { ThreadContext } from './context.js';
export type { ThreadHandle } from './handle.js';
export type { ThreadOptions, ThreadSettings } from './options.js';
export type { AboutThread, ThreadProtocol } from './protocol.js';
export { ThreadError, type ThreadErrorCode } from './errors.js';
