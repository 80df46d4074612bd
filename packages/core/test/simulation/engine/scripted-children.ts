/** Children that play their parts: they crash, hang, are slow, ignore aborts, and fail at odd moments. */
import {
  type ChildSpec,
  type DeclaredSupervisor,
  type Context,
  Shutdown,
  type SimulatedClock,
  dynamicSupervisor,
  ignore,
  service,
  supervisor,
  task,
} from '../../../src/index.js';
import type { ErrorClass } from '../../../src/model/give-up.js';
import { Violation } from '../model/judge/violation.js';
import { bondsOf, branchPolicies, leafPolicies, startOrderOf } from './policies.js';
import { Watch } from './watch.js';
import type { Entry, Journal } from './journal.js';
import type { BranchPlan, LeafPlan, Part } from './plan.js';

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

/** Values that people throw, and some that they should not. */
export const THROWN: readonly (() => unknown)[] = [
  () => new Error('boom'),
  () => 'a string',
  () => undefined,
  () => Object.assign(new Error('odd'), { code: NaN, cause: { name: 1, message: null } }),
  () => {
    const error = new Error('a ring');
    error.cause = error;
    return error;
  },
];

/** One incarnation that plays its part. */
export interface Actor {
  readonly context: Context;
  readonly entry: Entry;
  readonly part: Part;
  /** Those of its limits that the clock watches over. */
  readonly watch: Watch | undefined;
}

export class Stage {
  readonly clock: SimulatedClock;
  readonly journal: Journal;
  /** What broke a rule of the stage; it may have been thrown where the engine catches it. */
  readonly violations: unknown[] = [];
  #current: Part | undefined = undefined;
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
      return dynamicSupervisor({ ...limits, ...(maxChildren && { maxChildren }), child: template }) as never;
    }
    const branches = plan.branches.map((branch, i) => this.#branch(branch, `branch${i}`, plan));
    // Branches stand between the leaves, so that there are leaves before and after them.
    const children = [...leaves.slice(0, 1), ...branches, ...leaves.slice(1)];
    return supervisor({ ...limits, strategy: plan.strategy, startOrder: startOrderOf(plan), children });
  }

  #service(plan: LeafPlan, common: { id: string }): ChildSpec {
    return service<Actor>({
      ...common,
      start: (context): never => {
        const actor = this.#enter(plan, context);
        this.#live(actor);
        return this.#start(actor) as never;
      },
      stop: (actor) => this.#stop(actor),
      ...(plan.kill && {
        kill: ({ entry, part }: Actor) => {
          this.#guard(() => this.journal.killed(entry));
          return part.ms > 10 ? this.#later(part.ms) : undefined;
        },
      }),
    });
  }

  #task(plan: LeafPlan, common: { id: string }): ChildSpec {
    return task({
      ...common,
      run: (context) => {
        const actor = this.#enter(plan, context);
        const { entry, part } = actor;
        if (part.start === 'throws') throw thrown(part.ms);
        if (part.start === 'rejects') return Promise.reject(thrown(part.ms));
        if (part.start === 'ignores') return undefined;
        actor.watch?.started();
        this.#live(actor);
        const run = new Promise<unknown>((resolve, reject) => {
          context.signal.addEventListener('abort', () => {
            const { stop } = part;
            if (stop === 'at once') reject(context.signal.reason);
            else if (stop === 'slowly') void this.#later(part.ms).then(resolve);
            else if (stop === 'fails late') void this.#later(part.ms).then(() => reject(thrown(part.ms)));
            else if (stop !== 'hangs') reject(thrown(part.ms));
          });
        });
        return busyWith(entry, run);
      },
    });
  }

  #enter(plan: LeafPlan, context: Context): Actor {
    const { parts, onStuck } = plan;
    const { path, attempt } = context;
    const entry = this.#guard(() => this.journal.enter(path, attempt, onStuck));
    const part = this.actors.length >= MANY ? CALM : parts[Math.min(attempt, parts.length) - 1]!;
    if (part.start !== 'at once' && part.start !== 'slowly') entry.said = 'unknown';
    const watch =
      plan.beyond &&
      new Watch(plan, context, this.clock, {
        guard: (check) => this.#guard(check),
        fails: () => (entry.said ??= 'fail'),
      });
    const actor = { context, entry, part, watch };
    this.actors.push(actor);
    this.#current = part;
    watch?.begin(part);
    // The first to be deferred is the last to be called: after it, nothing of this incarnation is left.
    context.defer(() => this.#guard(() => this.journal.leave(entry)));
    if (part.defer === 'throws') {
      context.defer(() => {
        throw thrown(part.ms);
      });
    } else if (part.defer === 'rejects') context.defer(() => Promise.reject(thrown(part.ms)));
    else if (part.defer === 'slow') context.defer(() => busyWith(entry, this.#later(part.ms)));
    return actor;
  }

  /** What is classified is the error of the part that was played last. */
  #classify(_error: unknown): ErrorClass {
    return this.#current?.errorClass ?? 'transient';
  }

  #live(actor: Actor): void {
    const { life, ms } = actor.part;
    const error = thrown(ms);
    if (life === 'fails in start') this.fail(actor, error);
    else if (life === 'ends in start') this.end(actor);
    else if (life === 'fails') void this.#later(ms).then(() => this.fail(actor, error));
    else if (life === 'ends') void this.#later(ms).then(() => this.end(actor));
    else if (life === 'says why') void this.#later(ms).then(() => this.end(actor, new Shutdown({ why: ms })));
  }

  /** It says that it has failed; while it speaks, nothing happens to it. */
  fail({ context, entry, watch }: Actor, error: unknown): void {
    entry.said ??= 'fail';
    watch?.says();
    this.#undisturbed(() => context.fail(error));
  }

  end({ context, entry, watch }: Actor, shutdown?: Shutdown): void {
    entry.said ??= 'end';
    watch?.says();
    this.#undisturbed(() => context.end(shutdown));
  }

  #undisturbed(call: () => void): void {
    const { lines } = this.journal;
    const before = lines.length;
    call();
    this.#guard(() => {
      if (lines.length > before)
        throw new Violation(`'${lines[before]}' happens inside a call of the child's`);
    });
  }

  #start(actor: Actor): unknown {
    const { context, entry, part } = actor;
    switch (part.start) {
      case 'at once':
        actor.watch?.started();
        return actor;
      case 'slowly':
        return busyWith(
          entry,
          this.#later(part.ms).then(() => {
            actor.watch?.started();
            return actor;
          }),
        );
      case 'throws':
        throw thrown(part.ms);
      case 'rejects':
        return this.#later(part.ms).then(() => Promise.reject(thrown(part.ms)));
      case 'ignores':
        return ignore;
      case 'hangs':
        return busyWith(entry, new Promise(() => {}));
      case 'until abort':
        return busyWith(
          entry,
          new Promise((_, reject) => {
            context.signal.addEventListener('abort', () => reject(context.signal.reason));
          }),
        );
    }
  }

  #stop(actor: Actor): unknown {
    const { entry, part } = actor;
    switch (part.stop) {
      case 'at once':
        return undefined;
      case 'slowly':
        return busyWith(entry, this.#later(part.ms));
      case 'hangs':
        return busyWith(entry, new Promise(() => {}));
      case 'throws':
        throw thrown(part.ms);
      case 'rejects':
        return Promise.reject(thrown(part.ms));
      case 'fails late':
        this.fail(actor, thrown(part.ms));
        void this.#later(part.ms).then(() => this.fail(actor, thrown(part.ms)));
        return undefined;
    }
  }

  #later(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.setTimer(resolve, ms);
    });
  }

  #guard<V>(check: () => V): V {
    try {
      return check();
    } catch (error) {
      if (error instanceof Violation) this.violations.push(error);
      throw error;
    }
  }
}

/** Whoever is told that it is gone while this is pending was told too early. */
function busyWith<V>(entry: Entry, work: Promise<V>): Promise<V> {
  entry.busy++;
  return work.finally(() => entry.busy--);
}

const thrown = (n: number): unknown => THROWN[n % THROWN.length]!();
