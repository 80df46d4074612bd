/** What the judge knows of each supervisor of the tree, by its path. */
import { Ledger } from '../model/judge/ledger.js';
import { Violation } from '../model/judge/violation.js';
import type { BranchPlan, EngineScript, LeafPlan } from './plan.js';
import { bondsOf, branchPolicies, childPlan, leafPolicies, startOrderIds } from './policies.js';
import { Told } from './told.js';

export interface Branch {
  readonly plan: BranchPlan;
  readonly ledger: Ledger;
  /** Its parent may lose patience with it; then its children are not stopped in order. */
  readonly mayBeKilled: boolean;
  /** Its children in start order. */
  children: Told[];
  phase: 'starting' | 'running' | 'stopping' | 'over';
  hasGivenUp: boolean;
}

export class Branches {
  readonly #root: BranchPlan;
  readonly #extra: LeafPlan;
  readonly #known = new Map<string, Branch>();

  constructor({ root, extra }: Pick<EngineScript, 'root' | 'extra'>) {
    this.#root = root;
    this.#extra = extra;
  }

  /** The one at this path, as far as it has ever started. */
  at(path: string): Branch | undefined {
    return this.#known.get(path);
  }

  of(path: string): Branch {
    const branch = this.at(path);
    if (!branch) throw new Violation(`an event of '${path}', which has not started`);
    return branch;
  }

  /** It starts. */
  starts(path: string): void {
    const before = this.at(path);
    if (before && before.phase !== 'over')
      throw new Violation(`'${path}' starts while it is ${before.phase}`);
    this.#known.set(path, this.#open(path));
  }

  #open(path: string): Branch {
    let plan = this.#root;
    let mayBeKilled = false;
    for (const id of path.split('/').slice(1)) {
      plan = plan.branches[Number(id.replace('branch', ''))]!;
      mayBeKilled ||= plan.shutdownMs !== Infinity;
    }
    const ledger = new Ledger(plan);
    const isDynamic = plan.kind === 'dynamic' && plan.leaves.length > 0;
    const children = isDynamic ? [] : startOrderIds(plan).map((id) => this.newChild(plan, id));
    return { plan, ledger, mayBeKilled, children, phase: 'starting', hasGivenUp: false };
  }

  /** What is told of a child with this id, below `above`. */
  newChild(above: BranchPlan, id: string): Told {
    const childBackoff = above.beyond?.childBackoff;
    if (id.startsWith('branch')) {
      const plan = childPlan(above, id) as BranchPlan;
      return new Told(
        id,
        { ...branchPolicies(plan, above), kind: 'supervisor', classifies: false },
        childBackoff,
      );
    }
    const isAdded = id.startsWith('extra');
    const plan = isAdded ? this.#extra : (childPlan(above, id.replace(/#.*/, '')) as LeafPlan);
    const isDynamic = above.kind === 'dynamic' && above.leaves.length > 0;
    const bindsTo = isAdded || isDynamic ? [] : bondsOf(above).get(id);
    return new Told(id, { ...leafPolicies(plan, above), kind: plan.kind }, childBackoff, bindsTo);
  }
}
