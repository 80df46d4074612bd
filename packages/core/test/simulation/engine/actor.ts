/** One incarnation that plays its part: it crashes, hangs, is slow, ignores aborts, and fails at odd moments. */
import { type Context, Shutdown, ignore } from '../../../src/index.js';
import { Violation } from '../model/judge/violation.js';
import type { Entry } from './journal.js';
import type { Part } from './plan.js';
import type { Stage } from './stage.js';
import type { Watch } from './watch.js';

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

export class Actor {
  readonly context: Context;
  readonly entry: Entry;
  readonly part: Part;
  /** Those of its limits that the clock watches over. */
  readonly watch: Watch | undefined;
  readonly #stage: Stage;

  constructor(stage: Stage, context: Context, entry: Entry, part: Part, watch: Watch | undefined) {
    this.#stage = stage;
    this.context = context;
    this.entry = entry;
    this.part = part;
    this.watch = watch;
  }

  /** What it does of itself while it is up. */
  live(): void {
    const { life, ms } = this.part;
    const error = thrown(ms);
    if (life === 'fails in start') this.fail(error);
    else if (life === 'ends in start') this.end();
    else if (life === 'fails') void this.#stage.later(ms).then(() => this.fail(error));
    else if (life === 'ends') void this.#stage.later(ms).then(() => this.end());
    else if (life === 'says why') void this.#stage.later(ms).then(() => this.end(new Shutdown({ why: ms })));
  }

  /** It says that it has failed; while it speaks, nothing happens to it. */
  fail(error: unknown): void {
    this.entry.said ??= 'fail';
    this.watch?.says();
    this.#undisturbed(() => this.context.fail(error));
  }

  end(shutdown?: Shutdown): void {
    this.entry.said ??= 'end';
    this.watch?.says();
    this.#undisturbed(() => this.context.end(shutdown));
  }

  /** What a service does when it is started. */
  start(): unknown {
    const { context, entry, part } = this;
    switch (part.start) {
      case 'at once':
        this.watch?.started();
        return this;
      case 'slowly':
        return busyWith(
          entry,
          this.#stage.later(part.ms).then(() => {
            this.watch?.started();
            return this;
          }),
        );
      case 'throws':
        throw thrown(part.ms);
      case 'rejects':
        return this.#stage.later(part.ms).then(() => Promise.reject(thrown(part.ms)));
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

  /** What a service does when it is asked to stop. */
  stop(): unknown {
    const { entry, part } = this;
    switch (part.stop) {
      case 'at once':
        return undefined;
      case 'slowly':
        return busyWith(entry, this.#stage.later(part.ms));
      case 'hangs':
        return busyWith(entry, new Promise(() => {}));
      case 'throws':
        throw thrown(part.ms);
      case 'rejects':
        return Promise.reject(thrown(part.ms));
      case 'fails late':
        this.fail(thrown(part.ms));
        void this.#stage.later(part.ms).then(() => this.fail(thrown(part.ms)));
        return undefined;
    }
  }

  /** What a task does. */
  run(): unknown {
    const { context, entry, part } = this;
    if (part.start === 'throws') throw thrown(part.ms);
    if (part.start === 'rejects') return Promise.reject(thrown(part.ms));
    if (part.start === 'ignores') return undefined;
    this.watch?.started();
    this.live();
    const run = new Promise<unknown>((resolve, reject) => {
      context.signal.addEventListener('abort', () => {
        const { stop } = part;
        if (stop === 'at once') reject(context.signal.reason);
        else if (stop === 'slowly') void this.#stage.later(part.ms).then(resolve);
        else if (stop === 'fails late') void this.#stage.later(part.ms).then(() => reject(thrown(part.ms)));
        else if (stop !== 'hangs') reject(thrown(part.ms));
      });
    });
    return busyWith(entry, run);
  }

  /** What it does when it is killed. */
  kill(): Promise<void> | undefined {
    this.#stage.guard(() => this.#stage.journal.killed(this.entry));
    return this.part.ms > 10 ? this.#stage.later(this.part.ms) : undefined;
  }

  /** What it leaves to be cleaned up. */
  defer(): void {
    const { context, entry, part } = this;
    // The first to be deferred is the last to be called: after it, nothing of this incarnation is left.
    context.defer(() => this.#stage.guard(() => this.#stage.journal.leave(entry)));
    if (part.defer === 'throws') {
      context.defer(() => {
        throw thrown(part.ms);
      });
    } else if (part.defer === 'rejects') context.defer(() => Promise.reject(thrown(part.ms)));
    else if (part.defer === 'slow') context.defer(() => busyWith(entry, this.#stage.later(part.ms)));
  }

  #undisturbed(call: () => void): void {
    const { lines } = this.#stage.journal;
    const before = lines.length;
    call();
    this.#stage.guard(() => {
      if (lines.length > before)
        throw new Violation(`'${lines[before]}' happens inside a call of the child's`);
    });
  }
}

/** Whoever is told that it is gone while this is pending was told too early. */
function busyWith<V>(entry: Entry, work: Promise<V>): Promise<V> {
  entry.busy++;
  return work.finally(() => entry.busy--);
}

const thrown = (n: number): unknown => THROWN[n % THROWN.length]!();
