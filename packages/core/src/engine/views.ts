/**
 * Declarations of which `use` gives a view made for the one who asks: of a registry, a pool, partitions. They are
 * known by what their copies have, too: a service by its start function, a supervisor by its first child.
 */
import type { Incarnation } from './incarnation.js';
import type { SupervisorProcess } from './supervisor-process.js';

/** Who asks, and where the declaration is that it asks for. */
export interface Asker {
  readonly process: SupervisorProcess;
  /** The path of the declaration. */
  readonly path: string;
  /** None: somebody outside of the tree, with a handle. */
  readonly caller: Incarnation | undefined;
}

export interface View {
  /** Where, from its declaration, the service is that has to be up; undefined: there is none. */
  readonly below: string | undefined;
  /** @param value - that of the service */
  show(asker: Asker, value: unknown): unknown;
}

const views = new WeakMap<object, View>();

/** From now on declarations that are known by `mark` have a view. */
export function addView(mark: object, view: View): void {
  views.set(mark, view);
}

export function viewOf(ref: unknown): View | undefined {
  if (typeof ref !== 'object' || ref === null) return undefined;
  try {
    const { kind, start, children } = ref as { kind?: unknown; start?: unknown; children?: unknown };
    const mark: unknown = kind === 'service' ? start : Array.isArray(children) ? children[0] : undefined;
    const isMark = typeof mark === 'function' || (typeof mark === 'object' && mark !== null);
    return isMark ? views.get(mark) : undefined;
  } catch {
    return undefined; // what cannot be read stands nowhere in a tree
  }
}
