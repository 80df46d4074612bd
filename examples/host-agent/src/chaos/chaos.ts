/**
 * Chaos: makes children fail. It takes declarations and gives back others that can be struck; the agent itself
 * knows nothing of it. The one who strikes is a task of the same tree.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type Context, type Random, type Service, type Task, ignore, service, task } from 'coppice';
import { Targets } from './targets.js';
import { type Way, waysAstray, waysOfCallbacks, waysOfPromises } from './ways.js';

/** What may be done to declarations before they are put into the tree. */
export interface Exposure {
  task(spec: Task): Task;
  /** A service, and ways to fail that only it has. */
  service<V>(spec: Service<V>, ...ways: readonly Way<V>[]): Service<V>;
  /** Children to add to the tree. */
  readonly children: readonly Task[];
}

export const noChaos: Exposure = { task: (spec) => spec, service: (spec) => spec, children: [] };

const FIRST_AFTER_MS = 1_000;
/** The pause between two strikes: at most 20 of them in 10 s. */
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 1_100;

/** So long is one deaf to its abort signal: longer than its supervisor waits for it. */
const DEAF_MS = 1_500;

export class Chaos implements Exposure {
  readonly children: readonly Task[];
  readonly #random: Random;
  readonly #targets: Targets;
  /** Aborted when chaos ends: then all can hear again, so that it is no longer than anybody else in the way. */
  #reign: AbortSignal | undefined;

  constructor(random: Random) {
    this.#random = random;
    this.#targets = new Targets(random);
    this.children = [task({ id: 'chaos', shutdownMs: 300, run: (context) => this.#strikeOnAndOn(context) })];
  }

  task(spec: Task): Task {
    const run = async (context: Context): Promise<unknown> => {
      let isDeaf = false;
      const struck = new Promise<void>((resolve, reject) =>
        this.#targets.expose(context, [
          ...waysOfPromises(resolve, reject),
          ...waysOfCallbacks(context),
          ...waysAstray(context),
          {
            name: 'it ignores its abort signal',
            isHard: true,
            strike: () => {
              isDeaf = true;
              context.fail(new Error('chaos: went deaf'));
            },
          },
        ]),
      );
      try {
        return await Promise.race([spec.run(context), struck]);
      } finally {
        if (isDeaf) await wait(DEAF_MS, undefined, { signal: this.#reign }).catch(() => {});
      }
    };
    return task({ ...spec, run });
  }

  service<V>(spec: Service<V>, ...ways: readonly Way<V>[]): Service<V> {
    let startsToFail = 0;
    const start = async (context: Context) => {
      if (startsToFail > 0) throw new Error(`chaos: no start, ${startsToFail--} to go`);
      const value = await spec.start(context);
      if (value === ignore) return value;
      const own = ways.map((way): Way => ({ ...way, strike: () => way.strike(value) }));
      const failsTwice: Way = {
        name: 'it fails, and so will its next two starts',
        strike: () => {
          startsToFail = 2;
          context.fail(new Error('chaos: out of order'));
        },
      };
      this.#targets.expose(context, [...own, failsTwice, ...waysOfCallbacks(context)]);
      return value;
    };
    return service({ ...spec, start });
  }

  async #strikeOnAndOn({ signal, sleep, log }: Context): Promise<void> {
    this.#reign = signal;
    let pause = FIRST_AFTER_MS;
    for (;;) {
      await sleep(pause);
      const target = this.#targets.next(performance.now());
      if (target) {
        log.warn(`strikes ${target.path.slice(target.path.lastIndexOf('/') + 1)}: ${target.way.name}`);
        target.way.strike();
      }
      pause = SHORTEST_PAUSE_MS + this.#random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS);
    }
  }
}
