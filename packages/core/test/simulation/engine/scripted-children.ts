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
} from '@coppice/core';
import { Violation } from '../model/violation.js';
import type { Entry, Journal } from './journal.js';
import type { BranchPlan, LeafPlan, Part } from './plan.js';

/** After so many starts all children play this part: no tree restarts for ever. */
const MANY = 60;
const CALM: Part = { start: 'at once', life: 'stays', stop: 'at once', defer: 'none', ms: 0 };

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

export class Stage {
  readonly clock: SimulatedClock;
  readonly journal: Journal;
  /** What broke a rule of the stage; it may have been thrown where the engine catches it. */
  readonly violations: unknown[] = [];
  /** The contexts of all incarnations, for pokes at odd moments. */
  readonly contexts: Context[] = [];

  constructor(clock: SimulatedClock, journal: Journal) {
    this.clock = clock;
    this.journal = journal;
  }

  rootOf(plan: BranchPlan): DeclaredSupervisor {
    return this.#branch(plan, 'root', undefined);
  }

  leaf(plan: LeafPlan, id: string, above: BranchPlan): ChildSpec {
    const { kind, restart, shutdownMs } = plan;
    const significant = plan.significant && restart !== 'permanent' && above.autoShutdown !== 'never';
    const common = { id, restart, shutdownMs, significant };
    return kind === 'task' ? this.#task(plan, common) : this.#service(plan, common);
  }

  #branch(plan: BranchPlan, id: string, above: BranchPlan | undefined): DeclaredSupervisor {
    const { kind, restart, shutdownMs, maxRestarts, withinMs, autoShutdown } = plan;
    const limits = { id, maxRestarts, withinMs, autoShutdown, ...(above && { restart, shutdownMs }) };
    const leaves = plan.leaves.map((leaf, i) => this.leaf(leaf, `leaf${i}`, plan));
    const [template] = leaves;
    if (kind === 'dynamic' && template) {
      return dynamicSupervisor({ ...limits, child: template as never }) as never;
    }
    const branches = plan.branches.map((branch, i) => this.#branch(branch, `branch${i}`, plan));
    // Branches stand between the leaves, so that there are leaves before and after them.
    const children = [...leaves.slice(0, 1), ...branches, ...leaves.slice(1)];
    return supervisor({ ...limits, strategy: plan.strategy, children });
  }

  #service(plan: LeafPlan, common: { id: string }): ChildSpec {
    interface Value {
      readonly entry: Entry;
      readonly part: Part;
      readonly context: Context;
    }
    return service<Value>({
      ...common,
      start: (context): never => {
        const { entry, part } = this.#enter(plan, context);
        this.#live(part, context);
        const value: Value = { entry, part, context };
        return this.#start(part, context, value) as never;
      },
      stop: ({ part, context }) => this.#stop(part, context),
      ...(plan.kill && {
        kill: ({ entry, part }: Value) => {
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
        const { part } = this.#enter(plan, context);
        if (part.start === 'throws') throw thrown(part.ms);
        if (part.start === 'rejects') return Promise.reject(thrown(part.ms));
        if (part.start === 'ignores') return undefined;
        this.#live(part, context);
        return new Promise((resolve, reject) => {
          context.signal.addEventListener('abort', () => {
            const { stop } = part;
            if (stop === 'at once') reject(context.signal.reason);
            else if (stop === 'slowly') void this.#later(part.ms).then(resolve);
            else if (stop === 'fails late') void this.#later(part.ms).then(() => reject(thrown(part.ms)));
            else if (stop !== 'hangs') reject(thrown(part.ms));
          });
        });
      },
    });
  }

  #enter({ parts }: LeafPlan, context: Context): { entry: Entry; part: Part } {
    const { path, attempt } = context;
    const entry = this.#guard(() => this.journal.enter(path, attempt)) as Entry;
    const part = this.contexts.push(context) > MANY ? CALM : parts[Math.min(attempt, parts.length) - 1]!;
    // The first to be deferred is the last to be called: after it, nothing of this incarnation is left.
    context.defer(() => this.#guard(() => this.journal.leave(entry)));
    if (part.defer === 'throws') {
      context.defer(() => {
        throw thrown(part.ms);
      });
    } else if (part.defer === 'rejects') context.defer(() => Promise.reject(thrown(part.ms)));
    else if (part.defer === 'slow') context.defer(() => this.#later(part.ms));
    return { entry, part };
  }

  #live({ life, ms }: Part, context: Context): void {
    if (life === 'fails in start') context.fail(thrown(ms));
    else if (life === 'ends in start') context.end();
    else if (life === 'fails') void this.#later(ms).then(() => context.fail(thrown(ms)));
    else if (life === 'ends') void this.#later(ms).then(() => context.end());
    else if (life === 'says why') void this.#later(ms).then(() => context.end(new Shutdown({ why: ms })));
  }

  #start<V>(part: Part, context: Context, value: V): unknown {
    switch (part.start) {
      case 'at once':
        return value;
      case 'slowly':
        return this.#later(part.ms).then(() => value);
      case 'throws':
        throw thrown(part.ms);
      case 'rejects':
        return this.#later(part.ms).then(() => Promise.reject(thrown(part.ms)));
      case 'ignores':
        return ignore;
      case 'hangs':
        return new Promise(() => {});
      case 'until abort':
        return new Promise((_, reject) => {
          context.signal.addEventListener('abort', () => reject(context.signal.reason));
        });
    }
  }

  #stop(part: Part, context: Context): unknown {
    switch (part.stop) {
      case 'at once':
        return undefined;
      case 'slowly':
        return this.#later(part.ms);
      case 'hangs':
        return new Promise(() => {});
      case 'throws':
        throw thrown(part.ms);
      case 'rejects':
        return Promise.reject(thrown(part.ms));
      case 'fails late':
        context.fail(thrown(part.ms));
        void this.#later(part.ms).then(() => context.fail(thrown(part.ms)));
        return undefined;
    }
  }

  #later(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.setTimer(resolve, ms);
    });
  }

  #guard<V>(check: () => V): V | undefined {
    try {
      return check();
    } catch (error) {
      if (error instanceof Violation) this.violations.push(error);
      throw error;
    }
  }
}

const thrown = (n: number): unknown => THROWN[n % THROWN.length]!();
