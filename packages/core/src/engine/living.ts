/** Living children seen from outside: for those who put faults into them on purpose, as a test kit does. */
import { coppiceError } from '../model/errors.js';
import { show } from '../spec/checks.js';
import type { ChildSpec, Context } from '../spec/types.js';
import type { Clock } from './clock.js';
import { ChildContext } from './context.js';
import type { FaultOwner } from './faults.js';
import type { AnySupervisorHandle } from './handle-types.js';
import { Handle } from './handle.js';
import { Incarnation } from './incarnation.js';
import { childAt, placeOf, topOf } from './places.js';
import { type SnapshotOptions, type SupervisorSnapshot, snapshotOf } from './snapshot.js';
import { SupervisorProcess } from './supervisor-process.js';
import type { Tree } from './tree.js';

/** Where to look from: a handle, or the context of a child. */
export type Viewpoint = AnySupervisorHandle | Context;

/** An incarnation of a service or a task that has not ended. */
export class LivingChild implements FaultOwner {
  readonly #incarnation: Incarnation;

  constructor(incarnation: Incarnation) {
    this.#incarnation = incarnation;
  }

  get path(): string {
    return this.#incarnation.path;
  }

  get incarnation(): number {
    return this.#incarnation.incarnation;
  }

  get isOver(): boolean {
    return this.#incarnation.isOver;
  }

  /** What it is declared with. */
  get spec(): ChildSpec {
    return this.#incarnation.child.spec as ChildSpec;
  }

  fault(error: unknown): 'crash' | 'late' {
    return this.#incarnation.fault(error);
  }

  /** From now on its end takes until the function is called that this returns: the last of its clean-up waits. */
  holdUp(): () => void {
    let letGo = (): void => {};
    const gone = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    this.#incarnation.defer(() => gone);
    return letGo;
  }

  /** Its last heartbeat was just now; from now on they are lost, until the function is called that this returns. */
  mute(): () => void {
    const incarnation = this.#incarnation;
    incarnation.heartbeat();
    const lost = (): void => {};
    // In place of the methods of its class, so that one that is not muted pays nothing.
    Object.assign(incarnation, { heartbeat: lost, idle: lost });
    return () => {
      Reflect.deleteProperty(incarnation, 'heartbeat');
      Reflect.deleteProperty(incarnation, 'idle');
    };
  }

  /** Tells those who listen that something is done to it: an event `supervisor:warning` with its path. */
  warn(code: string, message: string): void {
    const { path, process } = this.#incarnation;
    process.tree.events.emit(process.path, { type: 'supervisor:warning', path, code, message });
  }
}

/**
 * The incarnation that lives at a place now.
 *
 * @param ref - the declaration, as for `use`; or the path from the handle, or from the supervisor of the child
 * @throws NotRunningError `COPPICE_UNKNOWN_REF`, `COPPICE_NOT_RUNNING`; CommandError `COPPICE_INVALID_ARGUMENT` for a
 * supervisor
 */
export function livingChild(from: Viewpoint, ref: string | { readonly id: string }): LivingChild {
  const process = processOf(from);
  const path = typeof ref === 'string' ? `${process.path}/${ref}` : placeOf(process, ref);
  const child = path === undefined ? undefined : childAt(process, path);
  if (!child || path === undefined) {
    const id = typeof ref === 'string' ? ref : (ref as { id?: unknown } | undefined)?.id;
    throw coppiceError('COPPICE_UNKNOWN_REF', { path: process.path, id: id ?? show(ref) });
  }
  const { runtime, status } = child;
  if (runtime instanceof Incarnation && !runtime.isOver) return new LivingChild(runtime);
  if (!(runtime instanceof SupervisorProcess)) {
    throw coppiceError('COPPICE_NOT_RUNNING', { path, status, state: 'it has no incarnation that lives' });
  }
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call: 'livingChild',
    expected: 'a service or a task',
    got: `the supervisor '${path}'`,
  });
}

/** All incarnations that live in the whole tree, in start order. */
export function livingChildren(from: Viewpoint): LivingChild[] {
  const found: LivingChild[] = [];
  const look = ({ state }: SupervisorProcess): void => {
    for (const { runtime } of state.children) {
      if (runtime instanceof SupervisorProcess) look(runtime);
      else if (runtime instanceof Incarnation && !runtime.isOver) found.push(new LivingChild(runtime));
    }
  };
  look(topOf(processOf(from)));
  return found;
}

/** The tree that it is in. */
export const treeOf = (from: Viewpoint): Tree => processOf(from).tree;

/** Are both of one tree? */
export const isSameTree = (one: Viewpoint, other: Viewpoint): boolean => treeOf(one) === treeOf(other);

/** The supervisor that a child belongs to, with all that is below it. */
export const snapshotAround = (context: Context, options?: SnapshotOptions): SupervisorSnapshot =>
  snapshotOf(processOf(context), options);

/** The clock of the tree: for what goes on when a child has to end, where its `sleep` does not. */
export const clockOf = (from: Viewpoint): Clock => processOf(from).tree.clock;

function processOf(from: Viewpoint): SupervisorProcess {
  const process = Handle.processOf(from) ?? ChildContext.find(from as Context)?.process;
  if (process) return process;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call: 'livingChild',
    expected: 'a handle, or the context that a start was called with, as it came',
    got: show(from),
  });
}
