/**
 * For those who write children and packages for Coppice: what the core itself checks and explains with. It may change
 * with any release; what is promised is `@coppice/core`.
 *
 * @packageDocumentation
 */
export { closest } from './model/suggest.js';
export { wordsOf } from './model/errors.js';
export { nextPart } from './model/stop-budget.js';
export { isShutdown, reasonOf } from './model/exit-reason.js';
export { idle, wrapsContext } from './engine/context.js';
export { bystander } from './engine/emitter.js';
export { isAbortOf } from './engine/outcome.js';
export { Sleepers, refused } from './engine/sleepers.js';
export {
  ATTRIBUTES,
  type Attribute,
  type Attributes,
  BUCKETS_S,
  METRICS,
  type Metric,
  type MetricKind,
  type MetricName,
} from './metrics/catalogue.js';
export { FAULT_CHANNEL, type MeasureOptions, type Measured, measure } from './metrics/measure.js';
export type { Write } from './metrics/books.js';
export { metricsOf } from './metrics/table.js';
export { complain } from './engine/complain.js';
export { checkOptions, checkPort, readOnce, show } from './spec/checks.js';
export {
  LivingChild,
  type Viewpoint,
  clockOf,
  isSameTree,
  livingChild,
  livingChildren,
  snapshotAround,
} from './engine/living.js';
export { portFor, takeFreePorts } from './engine/free-ports.js';
export { narrate, narrationOf } from './engine/narrator.js';
export { declareRoot } from './spec/root-of-process.js';
export { placeOnce } from './explain/once.js';
export { isSameDeclaration, isViewed, standIn, standInAsCopy } from './engine/stand-in.js';
