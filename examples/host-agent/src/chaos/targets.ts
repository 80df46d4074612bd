/** The living incarnations that can be struck, and which of them is next. */
import type { Context, Random } from 'coppice';
import type { Way } from './ways.js';

interface Target {
  readonly path: string;
  readonly way: Way;
}

/**
 * An application contains 3 faults that go astray within a minute; by the next one it takes its process to be
 * broken, and ends it. Chaos is to be survived, and leaves it at that.
 */
const STRAYS = { max: 3, withinMs: 61_000 };

export class Targets {
  readonly #random: Random;
  readonly #ways = new Map<string, readonly Way[]>();
  /** The names of those that had their turn: all come once before one comes again. */
  readonly #done = new Set<string>();
  #straysAt: number[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** As long as the incarnation is there it can be struck in these ways. */
  expose({ path, defer }: Pick<Context, 'path' | 'defer'>, ways: readonly Way[]): void {
    this.#ways.set(path, ways);
    defer(() => {
      // One that was slow to stop may find its successor here.
      if (this.#ways.get(path) === ways) this.#ways.delete(path);
    });
  }

  /** Whoever is struck is left alone until it is started again. Undefined if there is nothing to strike. */
  next(now: number): Target | undefined {
    this.#straysAt = this.#straysAt.filter((at) => now - at < STRAYS.withinMs);
    const mayStray = this.#straysAt.length < STRAYS.max;
    const possible = Array.from(this.#ways)
      .flatMap(([path, ways]) => ways.map((way) => ({ path, way })))
      .filter(({ way }) => mayStray || way.isStray !== true);
    if (possible.every(({ way }) => this.#done.has(way.name))) this.#done.clear();
    const fresh = possible.filter(({ way }) => !this.#done.has(way.name));
    const hard = fresh.filter(({ way }) => way.isHard === true);
    const names = new Set((hard.length > 0 ? hard : fresh).map(({ way }) => way.name));
    const name = this.#pick(Array.from(names).toSorted());
    const target = this.#pick(fresh.filter(({ way }) => way.name === name).toSorted(byPath));
    if (!target) return undefined;
    this.#done.add(target.way.name);
    this.#ways.delete(target.path);
    if (target.way.isStray === true) this.#straysAt.push(now);
    return target;
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.#random() * list.length)];
  }
}

const byPath = (a: Target, b: Target): number => (a.path < b.path ? -1 : 1);
