/** Faults in a running tree: crash, hang, stall, and what goes astray. */
import { type AnySupervisorHandle, type ChildKind, type ChildRef, fromWire, toWire } from '@coppice/core';
import { type LivingChild, clockOf, livingChild } from '@coppice/core/kit';
import { reading } from './checked.js';
import { TestingError } from './errors.js';
import { hold } from './held.js';

const crashOf = (path: string): Error => new Error(`the test has crashed ${path}`);

/**
 * Crashes a child that runs, as if it had called `fail`. A supervisor ends with the error, and so does all below it.
 * What follows comes with the next turn: `await settle()`.
 *
 * @param ref - the declaration, or the path from the handle: of a child of a dynamic supervisor, `'conns/conn#1'`
 * @param error - what it crashes with. Default: an Error that says that the test did it
 * @throws NotRunningError `COPPICE_NOT_RUNNING`, `COPPICE_UNKNOWN_REF`
 *
 * @example
 * ```ts
 * crash(tree, db, new Error('connection lost'));
 * await settle();
 * events.expectOrder('db crashed', 'db restarting', 'db#2 started');
 * ```
 */
export function crash(tree: AnySupervisorHandle, ref: ChildRef, error?: unknown): void {
  if (isSupervisor(tree, ref)) {
    const below = tree.supervisor(ref as string);
    void below.stop({ reason: reasonOf(error ?? crashOf(below.path)) });
    return;
  }
  const child = livingChild(tree, ref);
  child.fault(error ?? crashOf(child.path));
}

/**
 * A child that runs will not end any more: asked to stop, or crashed, its clean-up takes until the function that this
 * returns is called. It is abandoned when its `shutdownMs` is over, or waited for, as its `onStuck` says.
 *
 * @returns lets go of it; a test tree does that for all at its end
 * @throws NotRunningError as {@link crash}
 *
 * @example
 * ```ts
 * const letGo = hang(tree, db);
 * await until(tree.stop());
 * events.expectOrder('db stopping', 'db abandoned', 'shop stopped');
 * letGo();
 * await settle();
 * events.expectOrder('db abandoned', 'db settled');
 * ```
 */
export function hang(tree: AnySupervisorHandle, ref: ChildRef): () => void {
  const letGo = livingChild(tree, ref).holdUp();
  hold(clockOf(tree), letGo);
  return letGo;
}

/**
 * A child that runs makes no progress any more that anybody could see: its heartbeats are lost. Its `staleAfterMs`
 * notices, counted from now, or its `maxRunMs`.
 *
 * @returns ends the stall; the next incarnation does not have it in any case
 * @throws TestingError `COPPICE_TEST_NOT_WATCHED` if nothing would notice; NotRunningError as {@link crash}
 *
 * @example
 * ```ts
 * stall(tree, feed);
 * await advance(30_000); // its staleAfterMs
 * events.expectOrder('feed crashed', 'feed#2 started');
 * ```
 */
export function stall(tree: AnySupervisorHandle, ref: ChildRef): () => void {
  const child = livingChild(tree, ref);
  if (!isWatched(child)) throw new TestingError('COPPICE_TEST_NOT_WATCHED', { path: child.path });
  return child.mute();
}

/**
 * What becomes of a fault that goes astray in a child (a throw in a timer, a rejection that nobody handles) where an
 * application is run with `faults: 'contain'`: its crash, or nothing, if it is about to end as it was asked to.
 *
 * @returns `'crash'`, or `'late'`
 * @throws NotRunningError as {@link crash}
 *
 * @example
 * ```ts
 * expect(simulateStray(tree, feed, new TypeError('x is undefined'))).toBe('crash');
 * ```
 */
export function simulateStray(tree: AnySupervisorHandle, ref: ChildRef, error?: unknown): 'crash' | 'late' {
  const child = livingChild(tree, ref);
  return child.fault(error ?? new Error(`the test has had a fault go astray in ${child.path}`));
}

/** A supervisor ends with an error. */
const reasonOf = (thrown: unknown): Error => (thrown instanceof Error ? thrown : fromWire(toWire(thrown)));

/** Does a stall of it end it? */
export function isWatched({ spec }: LivingChild): boolean {
  const isWorker = spec.kind === 'service' || spec.kind === 'task';
  return isWorker && (spec.staleAfterMs !== undefined || spec.maxRunMs !== undefined);
}

function isSupervisor(tree: AnySupervisorHandle, ref: ChildRef): boolean {
  const kind = reading('crash()', 'an argument', 'a handle, and a declaration or a path', ref, () =>
    typeof ref === 'string' ? kindAt(tree, ref) : (ref as { kind?: ChildKind }).kind,
  );
  return kind === 'supervisor' || kind === 'dynamic-supervisor';
}

function kindAt(tree: AnySupervisorHandle, path: string): ChildKind | undefined {
  const end = path.lastIndexOf('/');
  const above = end < 0 ? tree : tree.supervisor(path.slice(0, end));
  return above.child(path.slice(end + 1))?.kind;
}
