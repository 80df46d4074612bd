/** What a script does to a tree from outside. */
import type { SimulatedClock, SupervisorTree } from '../../../src/index.js';
import { THROWN } from './actor.js';
import type { BranchPlan, EngineAction, EngineScript } from './plan.js';
import type { Stage } from './stage.js';

export class Acts {
  readonly #script: EngineScript;
  readonly #tree: SupervisorTree;
  readonly #clock: SimulatedClock;
  readonly #stage: Stage;
  /** Is told of each call: it has to get an answer. */
  readonly #settles: (answer: Promise<unknown>) => void;
  /** Is told of each supervisor that gets another list of children. */
  readonly #reconciles: (path: string) => void;
  #extras = 0;

  constructor(
    script: EngineScript,
    tree: SupervisorTree,
    stage: Stage,
    settles: (answer: Promise<unknown>) => void,
    reconciles: (path: string) => void,
  ) {
    this.#script = script;
    this.#tree = tree;
    this.#clock = stage.clock;
    this.#stage = stage;
    this.#settles = settles;
    this.#reconciles = reconciles;
  }

  async act({ verb, at }: EngineAction): Promise<void> {
    switch (verb) {
      case 'advance':
        return this.#clock.advance([0, 1, 5, 10, 11, 50, 60, 1_000][at % 8]! * this.#script.slowness);
      case 'turn':
        return Promise.resolve();
      case 'poke':
        return this.#poke(at);
      case 'stop':
        // Mostly a supervisor further down: after the root's end little happens.
        return this.#settles(
          this.#with(
            at,
            (_, __, isRoot) => !isRoot || at === 0,
            (handle) => handle.stop(),
          ),
        );
      case 'startChild':
        return this.#settles(this.#with(at, always, (handle, plan) => this.#startChild(handle, plan)));
      case 'reconcile':
        return this.#settles(
          this.#with(at, hasDeclared, (handle, plan) => this.#reconcile(handle, plan, at)),
        );
      default:
        return this.#settles(this.#with(at, always, (handle) => handle[verb](childOf(handle, at))));
    }
  }

  #startChild(handle: SupervisorTree, plan: BranchPlan): Promise<unknown> {
    if (plan.kind === 'dynamic' && plan.leaves.length > 0) {
      return (handle as unknown as { startChild(): Promise<unknown> }).startChild();
    }
    return handle.startChild(this.#stage.leaf(this.#script.extra, `extra${this.#extras++ % 3}`, plan));
  }

  #reconcile(handle: SupervisorTree, plan: BranchPlan, at: number): Promise<unknown> {
    this.#reconciles(handle.path);
    return handle.reconcile(this.#stage.otherChildren(plan, at));
  }

  /** Something fails, or ends, at an odd moment: perhaps long after its end. */
  #poke(at: number): void {
    const { actors } = this.#stage;
    const actor = actors[actors.length - 1 - (at % 7)];
    if (!actor) return;
    if (at % 2) actor.fail(THROWN[at % THROWN.length]!());
    else actor.end();
  }

  /** Calls one of the supervisors that the tree was declared with, alive or not. */
  async #with(
    at: number,
    fits: (handle: SupervisorTree, plan: BranchPlan, isRoot: boolean) => boolean,
    call: (handle: SupervisorTree, plan: BranchPlan) => Promise<unknown>,
  ): Promise<unknown> {
    const { root } = this.#script;
    const all: [string, BranchPlan][] = [];
    const collect = (plan: BranchPlan, path: string): void => {
      all.push([path, plan]);
      if (plan.kind === 'dynamic' && plan.leaves.length > 0) return;
      plan.branches.forEach((below, i) => collect(below, path === '' ? `branch${i}` : `${path}/branch${i}`));
    };
    collect(root, '');
    const [path, plan] = all[at % all.length]!;
    const handle = path === '' ? this.#tree : (this.#tree.supervisor(path) as SupervisorTree);
    return fits(handle, plan, path === '') ? call(handle, plan) : undefined;
  }
}

const always = (): boolean => true;
const hasDeclared = (_: SupervisorTree, { kind, leaves }: BranchPlan): boolean =>
  kind === 'supervisor' || leaves.length === 0;

/** The id of a child, or one that nobody has. */
function childOf(handle: SupervisorTree, at: number): string {
  const children = handle.whichChildren();
  return children[at % (children.length + 1)]?.id ?? 'nobody';
}
