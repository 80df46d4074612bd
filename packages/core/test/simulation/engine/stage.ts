/** Declares the trees of the scripts, and brings their actors on. */
import {
  type ChildSpec,
  type Context,
  type DeclaredSupervisor,
  type SimulatedClock,
  dynamicSupervisor,
  service,
  supervisor,
  task,
} from '../../../src/index.js';
import type { ErrorClass } from '../../../src/model/give-up.js';
import { Violation } from '../model/judge/violation.js';
import { Actor } from './actor.js';
import type { Journal } from './journal.js';
import type { BranchPlan, LeafPlan, Part } from './plan.js';
import { bondsOf, branchPolicies, childPlan, leafPolicies, startOrderOf, stopOrderOf } from './policies.js';
import { Watch } from './watch.js';

/** After so many starts all children play this part: no tree restarts for ever. */
const MANY = 60;
const CALM: Part = {
  start: 'at once',
  life: 'stays',
  stop: 'at once',
  defer: 'none',
  ready: 'at once',
  beats: 'always',
  errorClass: 'transient',
  ms: 0,
};

export class Stage {
  readonly clock: SimulatedClock;
  readonly journal: Journal;
  /** What broke a rule of the stage; it may have been thrown where the engine catches it. */
  readonly violations: unknown[] = [];
  #current: Part | undefined = undefined;
  /** The children that each supervisor was declared with. */
  readonly #declared = new Map<BranchPlan, readonly ChildSpec[]>();
  /** All incarnations, for pokes at odd moments. */
  readonly actors: Actor[] = [];

  constructor(clock: SimulatedClock, journal: Journal) {
    this.clock = clock;
    this.journal = journal;
  }

  rootOf(plan: BranchPlan): DeclaredSupervisor {
    return this.#branch(plan, 'root', undefined);
  }

  leaf(plan: LeafPlan, id: string, above: BranchPlan, bindsTo: readonly string[] = []): ChildSpec {
    const { kind, restart, shutdownMs, onStuck } = plan;
    const significant = plan.significant && restart !== 'permanent' && above.autoShutdown !== 'never';
    const { classifies, ...policies } = leafPolicies(plan, above);
    const { awaitReady } = plan;
    const common = {
      id,
      restart,
      shutdownMs,
      significant,
      onStuck,
      ...policies,
      ...(awaitReady && { awaitReady }),
      ...(bindsTo.length > 0 && { bindsTo }),
      ...(classifies && { classify: (error: unknown) => this.#classify(error) }),
    };
    return kind === 'task' ? this.#task(plan, common) : this.#service(plan, common);
  }

  #branch(plan: BranchPlan, id: string, above: BranchPlan | undefined): DeclaredSupervisor {
    const { kind, restart, shutdownMs, maxRestarts, withinMs, autoShutdown } = plan;
    const limits = {
      id,
      maxRestarts,
      withinMs,
      autoShutdown,
      ...(plan.beyond?.childBackoff && { childBackoff: plan.beyond.childBackoff }),
      ...(above && { restart, shutdownMs, ...branchPolicies(plan, above) }),
    };
    const isDynamic = kind === 'dynamic' && plan.leaves.length > 0;
    const bonds = isDynamic ? undefined : bondsOf(plan);
    const leaves = plan.leaves.map((leaf, i) => this.leaf(leaf, `leaf${i}`, plan, bonds?.get(`leaf${i}`)));
    const [template] = leaves;
    if (kind === 'dynamic' && template) {
      const maxChildren = plan.beyond?.maxChildren;
      const stopOrder = stopOrderOf(plan);
      return dynamicSupervisor({
        ...limits,
        stopOrder,
        ...(maxChildren && { maxChildren }),
        child: template,
      }) as never;
    }
    const branches = plan.branches.map((branch, i) => this.#branch(branch, `branch${i}`, plan));
    // Branches stand between the leaves, so that there are leaves before and after them.
    const children = [...leaves.slice(0, 1), ...branches, ...leaves.slice(1)];
    this.#declared.set(plan, children);
    return supervisor({ ...limits, strategy: plan.strategy, startOrder: startOrderOf(plan), children });
  }

  /** Another list of children for one that was declared with this plan: some left out, some with another start. */
  otherChildren(plan: BranchPlan, at: number): ChildSpec[] {
    const bonds = bondsOf(plan);
    return (this.#declared.get(plan) ?? []).flatMap((declared, i): ChildSpec[] => {
      const leaf = declared.id.startsWith('leaf') && (childPlan(plan, declared.id) as LeafPlan);
      const change = leaf ? (at * 7 + i * 5) % 4 : 0;
      if (change === 1) return [];
      // Whoever is replaced is forgiven what was before, of which nothing is told: so only those of OTP's own kind.
      const isPlain = leaf && !leaf.beyond && !plan.beyond?.childBackoff;
      return [
        change === 2 && isPlain ? this.leaf(leaf, declared.id, plan, bonds.get(declared.id)) : declared,
      ];
    });
  }

  #service(plan: LeafPlan, common: { id: string }): ChildSpec {
    return service<Actor>({
      ...common,
      start: (context): never => {
        const actor = this.#enter(plan, context);
        actor.live();
        return actor.start() as never;
      },
      stop: (actor) => actor.stop(),
      ...(plan.kill && { kill: (actor: Actor) => actor.kill() }),
    });
  }

  #task(plan: LeafPlan, common: { id: string }): ChildSpec {
    return task({ ...common, run: (context) => this.#enter(plan, context).run() });
  }

  #enter(plan: LeafPlan, context: Context): Actor {
    const { parts, onStuck } = plan;
    const { path, attempt } = context;
    const entry = this.guard(() => this.journal.enter(path, attempt, onStuck));
    const part = this.actors.length >= MANY ? CALM : parts[Math.min(attempt, parts.length) - 1]!;
    if (part.start !== 'at once' && part.start !== 'slowly') entry.said = 'unknown';
    const watch =
      plan.beyond &&
      new Watch(plan, context, this.clock, {
        guard: (check) => this.guard(check),
        fails: () => (entry.said ??= 'fail'),
      });
    const actor = new Actor(this, context, entry, part, watch);
    this.actors.push(actor);
    this.#current = part;
    watch?.begin(part);
    actor.defer();
    return actor;
  }

  /** What is classified is the error of the part that was played last. */
  #classify(_error: unknown): ErrorClass {
    return this.#current?.errorClass ?? 'transient';
  }

  later(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.setTimer(resolve, ms);
    });
  }

  /** Notes a violation, wherever the engine catches it. */
  guard<V>(check: () => V): V {
    try {
      return check();
    } catch (error) {
      if (error instanceof Violation) this.violations.push(error);
      throw error;
    }
  }
}
