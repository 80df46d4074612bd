/** The event loop of this thread, watched from another one: blocks are told while they last, with whose they are. */
export type { EventLoopBlock } from './block.js';
export {
  type EventLoopOptions,
  type EventLoopSettings,
  type WatchEventLoopOptions,
  checkEventLoop,
} from './options.js';
export { type EventLoopWatch, startWatching, watchEventLoop } from './watch.js';
