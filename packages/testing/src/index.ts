/**
 * A kit for those who test supervision trees, with any test runner: simulated time, scripted children, stories of events,
 * faults on demand, leak checks, and chaos.
 *
 * @packageDocumentation
 */

// A tree under test
export type { PendingChild } from './outside.js';
export type { TestTime } from './time.js';
export { type RootSpec, TestTree, type TestTreeOptions, type TreeOf, testTree } from './test-tree.js';
export { type StandIn, replace, stub } from './replace.js';

// What happens in it
export { EventRecorder, recordEvents } from './recorder.js';
export type { Happening, Part, PartOf, Verb } from './happening.js';
export { type MatcherResult, type Recorded, matchers } from './matchers.js';

// Children that do as they are told
export { type Scene, type Script, fromRun, misbehaving, onRun, scripted } from './scripted.js';
export {
  type After,
  type Behaviour,
  type Failure,
  type Leaky,
  beats,
  completes,
  crashes,
  exits,
  failsInStrayPromise,
  failsToStart,
  failsToStop,
  hangsAtStart,
  hangsAtStop,
  ignoresAbort,
  leaksTimer,
  startsSlowly,
  stopsSlowly,
  throwsInCallback,
  works,
} from './behaviour.js';

// Faults in a running tree
export { crash, hang, simulateStray, stall } from './injure.js';
export {
  ChaosError,
  type ChaosOptions,
  type ChaosTarget,
  type InjectedFault,
  type RunningChaos,
  chaos,
} from './chaos.js';
export type { ChaosKind, ChaosMix } from './chaos-plan.js';

// What is left behind
export { type LeakOptions, LeakWatch, watchLeaks } from './leaks/watch.js';
export type { Leak } from './leaks/leak.js';

// Errors, and the ports of the core that tests use
export { TestingError, type TestingErrorCode } from './errors.js';
export { SimulatedClock, seededRandom } from '@coppice/core';
