/** What `reconcile` would change: found by comparing the declarations of a living supervisor with those wanted. */
import type { Child } from '../model/child.js';
import { coppiceError } from '../model/errors.js';
import type { Replace } from '../model/give-up.js';
import type { ErrorWire } from '../model/wire.js';
import { reading, show } from '../spec/checks.js';
import { differenceOf } from '../spec/diff.js';
import { checkRootPolicies } from '../spec/policies.js';
import type { ChildSpec, SupervisorSpec } from '../spec/types.js';
import { completeSpec, readOptions } from '../spec/validate.js';
import { type AnySupervisorSpec, SupervisorProcess } from './supervisor-process.js';

/** One change to one child, or to a supervisor itself. */
export interface ReconcileStep {
  /**
   * `remove`: it is stopped and forgotten. `replace`: another incarnation by its new declaration. `add`: it is
   * new. `update`: other limits or options, without a new start.
   */
  readonly action: 'remove' | 'replace' | 'add' | 'update';
  /** Ids from the root down to it, joined by `/`. */
  readonly path: string;
  /** The options that differ, for `replace` and `update`. */
  readonly changed: readonly string[];
  /** In which order a replaced child stops and starts; null for the other actions. */
  readonly replace: Replace | null;
  /** `failed`: a replaced child goes on by its old declaration, an added one is not there. */
  readonly outcome: 'planned' | 'done' | 'failed';
  /** Why it failed; otherwise null. */
  readonly error: ErrorWire | null;
}

/** What `reconcile` does, as JSON data, in the order in which it is done. */
export interface ReconcilePlan {
  /** The supervisor that was asked, by its path. */
  readonly path: string;
  /** What changes, in the order in which that is done; empty: nothing does. */
  readonly steps: readonly ReconcileStep[];
}

/** A step that has not been taken yet. */
export type OpenStep = { -readonly [K in keyof ReconcileStep]: ReconcileStep[K] };

/** What has to change in one supervisor, and below it. */
export interface Change {
  readonly process: SupervisorProcess;
  readonly wanted: AnySupervisorSpec;
  readonly own: OpenStep | undefined;
  readonly removed: readonly (readonly [Child, OpenStep])[];
  /** By id: those that stay as they are, or need no new start. */
  readonly kept: ReadonlyMap<string, { readonly spec: ChildSpec; readonly step: OpenStep | undefined }>;
  /** In start order: those that are added or replaced, and the supervisors below that change. */
  readonly started: readonly (readonly [ChildSpec, OpenStep])[];
  readonly below: readonly Change[];
}

/** The complete declaration that is wanted, from a list of children or from another declaration. */
export function wantedSpec({ spec, path, parent }: SupervisorProcess, given: unknown): SupervisorSpec {
  const isSpec = isSupervisor(given);
  if (!isSpec && !isList(given)) {
    throw coppiceError('COPPICE_INVALID_ARGUMENT', {
      call: 'reconcile',
      expected: 'a list of children, or the declaration of this supervisor',
      got: show(given),
    });
  }
  const wanted = isSpec ? readDeclaration(given) : { ...spec, children: given as readonly ChildSpec[] };
  if (wanted.id !== spec.id) {
    throw coppiceError('COPPICE_INVALID_ARGUMENT', {
      call: 'reconcile',
      expected: `a declaration with the id '${spec.id}' of the supervisor at '${path}'`,
      got: show(wanted.id),
    });
  }
  if (!parent.process) checkRootPolicies({ ...wanted });
  return completeLike(spec, wanted, parent.process?.path ?? '');
}

const readDeclaration = (given: unknown): SupervisorSpec =>
  readOptions('a supervisor', given) as unknown as SupervisorSpec;

function isSupervisor(given: unknown): boolean {
  try {
    return typeof given === 'object' && given !== null && (given as ChildSpec).kind === 'supervisor';
  } catch {
    return false;
  }
}

function isList(given: unknown): boolean {
  try {
    return Array.isArray(given);
  } catch {
    return false;
  }
}

/** A checked declaration that can do what the old one can. */
export function completeLike(old: object, options: object, above: string): SupervisorSpec {
  return completeSpec('supervisor', options, above, Object.getPrototypeOf(old) as object) as SupervisorSpec;
}

export function changeOf(process: SupervisorProcess, wanted: AnySupervisorSpec): Change {
  const { state, path } = process;
  const children = childrenOf(wanted);
  const below: Change[] = [];
  const kept = new Map<string, { spec: ChildSpec; step: OpenStep | undefined }>();
  const started: (readonly [ChildSpec, OpenStep])[] = [];
  const ids = new Set(children.map(({ id }) => id));
  for (const spec of children) {
    const child = state.children.get(spec.id);
    const childPath = `${path}/${spec.id}`;
    if (!child) {
      started.push([spec, openStep('add', childPath)]);
      continue;
    }
    const { needsRestart, changed } = differenceOf(child.spec as ChildSpec, spec);
    if (needsRestart) {
      started.push([spec, { ...openStep('replace', childPath, changed), replace: spec.replace }]);
      continue;
    }
    // A supervisor that is up is reconciled in its own place; for any other its declaration is enough.
    const { runtime } = child;
    const isUp = runtime instanceof SupervisorProcess && child.status === 'running';
    if (isUp && changed.length > 0 && isSupervisorSpec(spec)) below.push(changeOf(runtime, spec));
    const step = changed.length > 0 && !isUp ? openStep('update', childPath, changed) : undefined;
    kept.set(spec.id, { spec, step });
  }
  // The children of a dynamic supervisor are in no declaration.
  const removed = (state.dynamic ? [] : [...state.children])
    .filter(({ id }) => !ids.has(id))
    .toReversed()
    .map((child) => [child, openStep('remove', `${path}/${child.id}`)] as const);
  const ownChanges = differenceOf(process.spec, wanted).changed.filter((key) => key !== 'children');
  const own = ownChanges.length > 0 ? openStep('update', path, ownChanges) : undefined;
  return { process, wanted, own, removed, kept, started, below };
}

/** The children that a supervisor is declared with. */
export const childrenOf = (spec: AnySupervisorSpec): readonly ChildSpec[] =>
  spec.kind === 'supervisor' ? spec.children : [];

const isSupervisorSpec = (spec: ChildSpec): spec is AnySupervisorSpec =>
  spec.kind === 'supervisor' || spec.kind === 'dynamic-supervisor';

const openStep = (
  action: ReconcileStep['action'],
  path: string,
  changed: readonly string[] = [],
): OpenStep => ({
  action,
  path,
  changed,
  replace: null,
  outcome: 'planned',
  error: null,
});

/** All steps in the order in which they are taken. */
export function stepsOf({ own, removed, kept, started, below }: Change): OpenStep[] {
  const updates = [...kept.values()].flatMap(({ step }) => step ?? []);
  const steps = [
    ...(own ? [own] : []),
    ...updates,
    ...removed.map(([, step]) => step),
    ...started.map(([, step]) => step),
  ];
  return [...steps, ...below.flatMap(stepsOf)];
}

/**
 * A plan in plain words, one line for each step.
 *
 * @example
 * ```ts
 * console.log(formatPlan(await tree.reconcile(wanted, { dryRun: true })));
 * // shop: 2 changes
 * //   update   shop/db (maxRestarts, withinMs)
 * //   replace  shop/poller, stop-then-start (run)
 * ```
 */
export function formatPlan(plan: ReconcilePlan): string {
  return reading('formatPlan', 'a plan, as reconcile() gives it', plan, () => textOf(plan));
}

function textOf({ path, steps }: ReconcilePlan): string {
  const count =
    steps.length === 0 ? 'nothing to change' : steps.length === 1 ? '1 change' : `${steps.length} changes`;
  const lines = steps.map(({ action, path: at, changed, replace, outcome, error }) => {
    const how = replace === null ? '' : `, ${replace}`;
    const what = changed.length === 0 ? '' : ` (${changed.join(', ')})`;
    const end = outcome === 'failed' ? `: FAILED, ${error?.message ?? ''}` : '';
    return `  ${action.padEnd(8)} ${at}${how}${what}${end}`;
  });
  return [`${path}: ${count}`, ...lines].join('\n');
}
