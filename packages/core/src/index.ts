/**
 * Coppice core: supervision trees for any JavaScript runtime.
 *
 * Declare with `service`, `task`, `supervisor` and `dynamicSupervisor`; start the root; hold its handle.
 *
 * @packageDocumentation
 */

// Declare
export { explainPolicy } from './spec/explain.js';
export { service } from './spec/service.js';
export { task } from './spec/task.js';
export {
  type Declared,
  type DeclaredDynamicSupervisor,
  type DeclaredSupervisor,
  dynamicSupervisor,
  supervisor,
} from './supervisor.js';
export {
  type BackoffOptions,
  type ChildOptions,
  type ChildSpec,
  type ChildSpecBase,
  type Context,
  type DynamicSupervisorOptions,
  type DynamicSupervisorSpec,
  type Ignore,
  type Service,
  type ServiceOptions,
  type SupervisorOptions,
  type SupervisorSpec,
  type SupervisorSpecBase,
  type Task,
  type TaskOptions,
  type Template,
  type Use,
  type WhenReady,
  type WhenReadyOptions,
  type WorkerOptions,
  type WorkerSpecBase,
  ignore,
} from './spec/types.js';
export type { LogMethod, Logger, LoggerLike } from './spec/logger.js';

// Tasks whose results are awaited
export {
  type DeclaredTaskSupervisor,
  type TaskSupervisorTree,
  taskSupervisor,
} from './tasks/task-supervisor.js';
export type {
  AwaitedTaskOptions,
  LinkedTaskRunner,
  RunTaskOptions,
  RunningTask,
  TaskRunner,
  TaskStreamOptions,
  TaskSupervisorOptions,
  TaskSupervisorSpec,
} from './spec/task-types.js';

// Children that are found by keys
export { registry } from './registry/registry.js';
export type {
  AnyRegistry,
  DuplicateRegistry,
  DuplicateRegistrySpec,
  LinkedDuplicateRegistry,
  LinkedRegistry,
  LinkedUniqueRegistry,
  RegistryEntry,
  RegistryOptions,
  UniqueRegistry,
  UniqueRegistrySpec,
} from './spec/registry-types.js';
export type { Views } from './spec/view-types.js';

// Resources that are lent out
export { type DeclaredPool, type PoolTree, pool } from './pool/pool.js';
export type {
  CheckoutOptions,
  Lease,
  Pool,
  PoolCounts,
  PoolOptions,
  PoolSpec,
} from './spec/pool-types.js';

// Partitions
export {
  type DeclaredPartitionSupervisor,
  type PartitionSupervisorTree,
  partitionSupervisor,
} from './partition/partition-supervisor.js';
export type {
  LinkedPartitionValue,
  PartitionKey,
  PartitionRouter,
  PartitionSupervisorOptions,
  PartitionSupervisorSpec,
  PartitionValue,
  Partitions,
} from './spec/partition-types.js';

// Run
export type {
  ChildInfo,
  ChildRef,
  DynamicChildOptions,
  DynamicChildren,
  OwnChildOptions,
  RequestOptions,
  StartChildOptions,
} from './spec/dynamic-types.js';
export type {
  AnySupervisorHandle,
  ChildPlace,
  DynamicSupervisorHandle,
  DynamicSupervisorTree,
  ExplainOptions,
  PartitionHandle,
  PartitionSupervisorHandle,
  PauseOptions,
  ReconcileOptions,
  ServicePlace,
  Startable,
  StopOptions,
  SupervisorHandle,
  SupervisorTree,
  TaskSupervisorHandle,
} from './engine/handle-types.js';
export type { ChildPage, PageOptions } from './engine/pages.js';
export { type ReconcilePlan, type ReconcileStep, formatPlan } from './engine/reconcile-plan.js';
export type { StopReport } from './engine/supervisor-process.js';
export type { TreeOptions } from './engine/tree.js';
export type { EventSink } from './engine/event-bus.js';
export type { EventStream, EventsOptions } from './engine/event-stream.js';
export type { EventListener, EventMap, Subscribable } from './engine/emitter.js';
export type {
  ChildCounts,
  ChildSnapshot,
  PauseSnapshot,
  SnapshotOptions,
  SupervisorSnapshot,
} from './engine/snapshot.js';

// Drawings of a tree, from its snapshot
export { type FormatTreeOptions, formatTree } from './draw/format-tree.js';
export { toDot } from './draw/dot.js';
export type { GraphOptions } from './draw/graph.js';
export { toMermaid } from './draw/mermaid.js';

// How a tree is
export {
  type ChildHealth,
  type ChildrenHealth,
  type Health,
  type HealthOptions,
  type HealthReason,
  healthOf,
} from './health/health-of.js';
export {
  type HealthChange,
  type HealthWatch,
  type WatchHealthOptions,
  watchHealth,
} from './health/watch.js';

// Trees that run elsewhere
export { type Mirror, mirror } from './engine/mirror.js';

// Ports
export { type FaultOwner, type FaultScope, faultOwnerOf } from './engine/faults.js';
export { type Clock, realClock } from './engine/clock.js';
export { SimulatedClock } from './engine/simulated-clock.js';
export { type Random, seededRandom } from './engine/random.js';

// Words: how things end, and what is decided
export { type ExitKind, type ExitReason, Shutdown } from './model/exit-reason.js';
export type { ChildStatus } from './model/child.js';
export { stopBudgetMs } from './spec/stop-budget.js';
export type { ChildKind, OnStuck } from './model/policy.js';
export type { Backoff } from './model/backoff.js';
export type { Boot, ErrorClass, GiveUp, Replace, StartOrder, StopOrder } from './model/give-up.js';
export type { AutoShutdown, RestartType } from './model/restart-table.js';
export type { Strategy } from './model/strategy.js';
export type { SupervisorPhase } from './model/supervisor.js';

// What was
export type {
  ChildHistory,
  FlightRecorder,
  RecordedCause,
  RecordedDecision,
  RecordedGiveUp,
  RecordedRestart,
  RecordedRun,
  RecorderOptions,
  SupervisorHistory,
} from './recorder/types.js';

// Events
export type {
  EndCause,
  RemovalCause,
  RequestCause,
  StartCause,
  StopCause,
  WithCause,
} from './model/cause.js';
export {
  type AboutChild,
  type AboutSupervisor,
  type Budget,
  EVENT_NAMES,
  EVENT_VERSION,
  type EventBodies,
  type EventName,
  type EventOf,
  type SupervisionEvent,
  type UnstoppedChild,
} from './model/event.js';

// Errors
export {
  CodedError,
  CommandError,
  CoppiceError,
  type ErrorDetails,
  GaveUpError,
  HookError,
  NotRunningError,
  SpecError,
  StartError,
  StopRequest,
  StuckError,
  TaskError,
  WatchdogError,
  isCoppiceError,
} from './model/errors.js';
export type { ErrorCode } from './model/error-messages.js';
export { type ErrorWire, type ReasonWire, fromWire, toWire } from './model/wire.js';
