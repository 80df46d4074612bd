/**
 * Chaos: makes children fail, in the ways in which programs fail. It takes declarations and gives back others
 * that can be struck; the agent itself knows nothing of it. The one who strikes is a task of the same tree.
 */
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, type Random, type Service, Shutdown, type Task, ignore, service, task } from 'coppice';
import { plural } from './words.js';

/** A way to fail, of something that has a value of type V. */
export interface Harm<V> {
  readonly name: string;
  readonly strike: (value: V) => void;
}

/** What may be done to declarations before they are put into the tree. */
export interface Exposure {
  task(spec: Task): Task;
  service<V>(spec: Service<V>, ...harms: readonly Harm<V>[]): Service<V>;
  /** Children to add to the tree. */
  readonly children: readonly Task[];
}

export const noChaos: Exposure = { task: (spec) => spec, service: (spec) => spec, children: [] };

/** A way to make one living incarnation fail. */
type Weakness = Harm<void>;

const FIRST_AFTER_MS = 1_000;
/** The pause between two strikes: at most 15 of them in 10 s. */
const SHORTEST_PAUSE_MS = 700;
const LONGEST_PAUSE_MS = 1_300;

export class Chaos implements Exposure {
  readonly children: readonly Task[];
  readonly #random: Random;
  /** The living incarnations, by path. */
  readonly #targets = new Map<string, readonly Weakness[]>();

  constructor(random: Random) {
    this.#random = random;
    this.children = [task({ id: 'chaos', run: (context) => this.#strikeOnAndOn(context) })];
  }

  task(spec: Task): Task {
    const run = (context: Context): unknown => {
      const struck = new Promise<void>((resolve, reject) =>
        this.#expose(context, [...waysOfTasks(resolve, reject), ...waysOfAll(context)]),
      );
      return Promise.race([spec.run(context), struck]);
    };
    return task({ ...spec, run });
  }

  service<V>(spec: Service<V>, ...harms: readonly Harm<V>[]): Service<V> {
    let startsToFail = 0;
    const start = async (context: Context) => {
      if (startsToFail > 0) throw new Error(`chaos: no start, ${plural(startsToFail--, 'more time')}`);
      const value = await spec.start(context);
      if (value === ignore) return value;
      const special = harms.map(({ name, strike }) => ({ name, strike: () => strike(value) }));
      const failsTwice: Weakness = {
        name: 'it fails, and so will its next two starts',
        strike: () => {
          startsToFail = 2;
          context.fail(new Error('chaos: out of order'));
        },
      };
      this.#expose(context, [...special, failsTwice, ...waysOfAll(context)]);
      return value;
    };
    return service({ ...spec, start });
  }

  #expose({ path, defer }: Context, weaknesses: readonly Weakness[]): void {
    this.#targets.set(path, weaknesses);
    defer(() => this.#targets.delete(path));
  }

  async #strikeOnAndOn({ signal, log }: Context): Promise<void> {
    let pause = FIRST_AFTER_MS;
    for (;;) {
      await sleep(pause, undefined, { signal });
      const [path, weaknesses] = this.#pick(Array.from(this.#targets).toSorted(byPath));
      const { name, strike } = this.#pick(weaknesses);
      log.warn(`strikes ${path.slice(path.lastIndexOf('/') + 1)}: ${name}`);
      strike();
      pause = SHORTEST_PAUSE_MS + this.#random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS);
    }
  }

  /** The list is never empty: the one who strikes starts after all the others. */
  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }
}

const byPath = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** How a promise ends when it should not. */
const waysOfTasks = (resolve: () => void, reject: (error: unknown) => void): Weakness[] => [
  {
    name: 'an exception in its loop',
    strike: () => {
      try {
        JSON.parse('{ "half": ');
      } catch (error) {
        reject(error);
      }
    },
  },
  {
    name: 'a promise that is rejected',
    strike: () => void readFile('/no/such/file').catch(reject),
  },
  { name: 'it returns early', strike: resolve },
];

/** How callbacks fail, of which no promise knows. */
const waysOfAll = ({ fail, end }: Context): Weakness[] => [
  {
    name: 'an error in a timer',
    strike: () => void setTimeout(() => fail(new Error('chaos: the timer went wrong')), 20),
  },
  {
    name: `an emitter's 'error' event`,
    strike: () => {
      const emitter = new EventEmitter().on('error', fail);
      emitter.emit('error', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    },
  },
  { name: 'it shuts itself down', strike: () => end(new Shutdown('chaos wants a new one')) },
];
