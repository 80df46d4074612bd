/** How far stray faults are followed, and what is done where nobody has said. */
import { hasContextFrame } from './context-frame.js';

/**
 * - `off`: nothing is installed, nothing is paid; Node does what it does.
 * - `label`: a stray fault is told of together with the child it escaped from, then Node's own crash follows.
 * - `contain`: it is that child's crash, and the process goes on.
 */
export type FaultPolicy = 'off' | 'label' | 'contain';
export const FAULT_POLICIES: readonly FaultPolicy[] = ['off', 'label', 'contain'];

/**
 * `label` where async context costs next to nothing, `off` elsewhere.
 *
 * From Node 24 on a context is a pointer that V8 carries along. Before, it is a hook that is called for every
 * promise of the process, also for those of code that has nothing to do with supervision; nobody should pay
 * that without having asked. `contain` is never the default: Node says that it is not safe to go on after an
 * uncaught exception, and only those who know their children own what they use can say otherwise.
 *
 * @example
 * ```ts
 * if (defaultFaultPolicy() === 'off') console.log('stray faults are not attributed on this version of Node');
 * ```
 */
export function defaultFaultPolicy(): FaultPolicy {
  return hasContextFrame() ? 'label' : 'off';
}
