/**
 * Brings a living supervisor to what another declaration says, with as few starts and stops as that takes:
 * what is no longer wanted goes first, in reverse start order; then what is new or has changed starts, in
 * order. What fails to start leaves the old one in place.
 */
import type { Asked } from '../model/cause.js';
import { coppiceError, isCoppiceError } from '../model/errors.js';
import { toWire } from '../model/wire.js';
import { succeed } from '../spec/lineage.js';
import type { ChildSpec } from '../spec/types.js';
import { ask } from './ask.js';
import {
  type Change,
  type OpenStep,
  type ReconcilePlan,
  childrenOf,
  completeLike,
  stepsOf,
} from './reconcile-plan.js';
import type { AnySupervisorSpec, SupervisorProcess } from './supervisor-process.js';

/**
 * Carries a change out.
 *
 * @throws CommandError `COPPICE_RECONCILE_FAILED` if a step fails; all others are taken, and its details have the plan
 */
export async function apply(change: Change, by?: string): Promise<ReconcilePlan> {
  await applyOne(change, { because: 'reconcile', by });
  const plan: ReconcilePlan = { path: change.process.path, steps: stepsOf(change) };
  tell(change.process, plan, by);
  const failed = plan.steps.filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) return plan;
  throw coppiceError('COPPICE_RECONCILE_FAILED', {
    path: plan.path,
    failed: failed
      .map(({ action, path, error }) => `${action} '${path}': ${error?.message ?? ''}`)
      .join('; '),
    plan,
  });
}

function tell({ tree, path }: SupervisorProcess, { steps }: ReconcilePlan, by: string | undefined): void {
  const failed = steps.filter(({ outcome }) => outcome === 'failed');
  const those = (wanted: OpenStep['action']): string[] =>
    steps.filter(({ action, outcome }) => action === wanted && outcome === 'done').map((step) => step.path);
  tree.events.emit(path, {
    type: 'supervisor:reconciled',
    path,
    updated: those('update'),
    removed: those('remove'),
    replaced: those('replace'),
    added: those('add'),
    failed: failed.map((step) => step.path),
    by: by ?? null,
  });
}

async function applyOne(change: Change, asked: Asked): Promise<void> {
  const { process, own, removed, kept, started, below } = change;
  // Bonds first: nobody is to fall with what is about to go.
  await arrange(change);
  if (own) own.outcome = 'done';
  for (const { step } of kept.values()) if (step) step.outcome = 'done';
  for (const [{ id }, step] of removed) await attempt(step, () => remove(process, id, asked));
  for (const [spec, step] of started) await attempt(step, () => start(process, spec, step, asked));
  await arrange(change);
  for (const { id, bonds, status } of Array.from(process.state.children)) {
    if (bonds || status === 'waiting') await settleBonds(process, id, asked);
  }
  for (const each of below) await applyOne(each, asked);
  adopt(process, actualSpec(change));
}

/** Sets limits and options, the order and the bonds, as far as those that they name are there. */
async function arrange({ process, wanted, kept }: Change): Promise<void> {
  const children = childrenOf(wanted);
  const { state } = process;
  const specs = new Map([...kept].map(([id, { spec }]) => [id, spec]));
  for (const [id, spec] of specs) {
    const child = state.children.get(id);
    if (child) succeed(spec, child.spec);
  }
  await ask(process, {
    kind: 'reconfigure',
    id: process.spec.id,
    policy: wanted,
    specs,
    bonds: new Map(children.map(({ id, bindsTo = [] }) => [id, bindsTo])),
    order: children.map(({ id }) => id),
  });
}

/** One that does not start now is tried again, as after a crash; one that has gone meanwhile has no bonds. */
async function settleBonds(process: SupervisorProcess, id: string, asked: Asked): Promise<void> {
  try {
    await ask(process, { kind: 'settle-bonds', id, asked });
  } catch (error) {
    if (isCoppiceError(error, 'COPPICE_NOT_RUNNING')) throw error;
  }
}

async function remove(process: SupervisorProcess, id: string, asked: Asked): Promise<void> {
  await ask(process, { kind: 'terminate-child', id, asked });
  // A temporary child is gone by now.
  if (!process.state.children.get(id)) return;
  await ask(process, { kind: 'delete-child', id, asked });
}

async function start(
  process: SupervisorProcess,
  spec: ChildSpec,
  { action }: OpenStep,
  asked: Asked,
): Promise<void> {
  const { id } = spec;
  const old = process.state.children.get(id)?.spec;
  const added = { kind: 'start-child', id, spec, args: [], mayWait: true, asked } as const;
  if (action === 'add') await ask(process, { ...added });
  else await ask(process, { kind: 'replace-child', id, spec, asked });
  if (old) succeed(spec, old);
}

/** A step that fails is noted; the others are taken all the same. But a supervisor that is gone takes none. */
async function attempt(step: OpenStep, take: () => Promise<void>): Promise<void> {
  try {
    await take();
    step.outcome = 'done';
  } catch (error) {
    if (isCoppiceError(error, 'COPPICE_NOT_RUNNING')) throw error;
    step.outcome = 'failed';
    step.error = toWire(error);
  }
}

/**
 * The declaration of what is there now: where a step has failed it is the old one, but with the bonds that are
 * wanted, as far as those that they name are there; old and new ones together could be a ring.
 */
function actualSpec({ process, wanted }: Change): AnySupervisorSpec {
  if (wanted.kind !== 'supervisor') return wanted;
  const { state } = process;
  const there = wanted.children.filter(({ id }) => state.children.get(id));
  const children = there.map(({ id, bindsTo = [] }) => {
    const spec = state.children.get(id)!.spec as ChildSpec;
    const bonds = bindsTo.filter((other) => state.children.get(other));
    const hasBonds = String(bonds) === String(spec.bindsTo ?? []);
    return hasBonds ? spec : { ...spec, bindsTo: bonds };
  });
  const isAsWanted =
    children.length === wanted.children.length && children.every((spec, i) => spec === wanted.children[i]);
  if (isAsWanted) return wanted;
  const actual = completeLike(wanted, { ...wanted, children }, process.parent.process?.path ?? '');
  for (const spec of actual.children) {
    const child = state.children.get(spec.id)!;
    succeed(spec, child.spec);
    state.children.setSpec(child, spec);
  }
  return actual;
}

/** From now on this is what the supervisor is declared with: also when it, or one above it, is started again. */
function adopt(process: SupervisorProcess, spec: AnySupervisorSpec): void {
  succeed(spec, process.spec);
  process.spec = spec;
  const above = process.parent.process;
  if (!above) return process.parent.adopted(spec);
  const child = above.state.children.get(spec.id);
  if (child) above.state.children.setSpec(child, spec);
  if (above.spec.kind !== 'supervisor' || !above.spec.children.some(({ id }) => id === spec.id)) return;
  const children = above.spec.children.map((each) => (each.id === spec.id ? spec : each));
  adopt(above, completeLike(above.spec, { ...above.spec, children }, above.parent.process?.path ?? ''));
}
