export * from '@coppice/core';

export { OptionError, type WrongOption } from './shared/option-error.js';

// Applications
export {
  type Application,
  ApplicationError,
  type ApplicationErrorCode,
  type ApplicationHealth,
  type ApplicationLogger,
  type ApplicationOptions,
  type RunOptions,
  application,
} from './application/index.js';
export { type HealthServerOptions, healthServer } from './health/index.js';

// Channels of the platform
export {
  CHILD_START,
  CHILD_STOP,
  type ChildTrace,
  EVENT_CHANNEL,
  diagnosticsSink,
} from './diagnostics/index.js';

// Fault domains
export {
  type Fault,
  FaultDomain,
  type FaultDomainOptions,
  type FaultEvent,
  type FaultListener,
  type FaultOptions,
  type FaultPolicy,
  type FaultSource,
  defaultFaultPolicy,
} from './faults/index.js';

export {
  type EventLoopBlock,
  type EventLoopOptions,
  type EventLoopWatch,
  type WatchEventLoopOptions,
  watchEventLoop,
} from './event-loop/index.js';

// Processes
export * from './subprocess/index.js';

// Adapters
export {
  type ConsumeOptions,
  type ItemSource,
  type ReadableStreamLike,
  consume,
} from './adapters/consume.js';
export {
  type EmitterEvents,
  type EmitterLike,
  type FromEmitterOptions,
  fromEmitter,
} from './adapters/from-emitter.js';
export {
  type HttpServerOptions,
  ListenError,
  type RunningHttpServer,
  type ServerOf,
  type ServerOrListener,
  httpServer,
} from './adapters/http-server.js';
export { type IntervalOptions, interval } from './adapters/interval.js';
export { type PollerOptions, poller } from './adapters/poller.js';

// Threads
export {
  type ExactThreadProtocol,
  type FromThread,
  type RunThreadOptions,
  type ThreadBaseOptions,
  type ThreadContext,
  type ThreadData,
  ThreadError,
  type ThreadErrorCode,
  type ThreadHandle,
  type ThreadOptions,
  type ThreadProtocol,
  type ToThread,
  runThread,
  thread,
} from './thread/index.js';
