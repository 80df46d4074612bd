/** What the scripted children say of themselves: who is there, and since when. */
import type { OnStuck } from '../../../src/index.js';
import { Violation } from '../model/judge/violation.js';

export interface Entry {
  readonly path: string;
  readonly attempt: number;
  /** All that it had to clean up is cleaned up. */
  left: boolean;
  /** It was announced that it is not waited for. */
  abandoned: boolean;
  /** How many promises that its supervisor has to wait for are pending. */
  busy: number;
  /** What its declaration says. */
  readonly onStuck: OnStuck;
  /** It was announced that it is stuck, and waited for. */
  isStuck: boolean;
  /** What it has said itself first: that it failed, or that it has ended. Unknown if its code has thrown. */
  said: 'fail' | 'end' | 'unknown' | undefined;
}

export class Journal {
  readonly lines: string[] = [];
  readonly #last = new Map<string, Entry>();
  readonly entries: Entry[] = [];
  /** Without a listener nobody hears that an incarnation was abandoned. */
  readonly #hearsEvents: boolean;

  constructor(hearsEvents: boolean) {
    this.#hearsEvents = hearsEvents;
  }

  enter(path: string, attempt: number, onStuck: OnStuck = 'abandon'): Entry {
    const before = this.#last.get(path);
    if (this.#hearsEvents && before && !before.left && !before.abandoned) {
      throw new Violation(`'${path}' starts while its incarnation ${before.attempt} is still there`);
    }
    // The first of a supervisor that was killed, and is there again, stands beside what that has left.
    if (this.#hearsEvents && before && !before.left && before.onStuck !== 'abandon' && attempt > 1) {
      throw new Violation(`'${path}' starts beside its incarnation ${before.attempt}, which is stuck`);
    }
    const entry: Entry = {
      path,
      attempt,
      onStuck,
      left: false,
      abandoned: false,
      isStuck: false,
      busy: 0,
      said: undefined,
    };
    this.#last.set(path, entry);
    this.entries.push(entry);
    this.lines.push(`enter ${path} ${attempt}`);
    return entry;
  }

  leave(entry: Entry): void {
    if (entry.left) throw new Violation(`'${entry.path}' is cleaned up twice`);
    if (entry.busy > 0) throw new Violation(`'${entry.path}' is cleaned up while it is busy`);
    entry.left = true;
    this.lines.push(`leave ${entry.path} ${entry.attempt}`);
  }

  killed(entry: Entry): void {
    if (entry.left) throw new Violation(`'${entry.path}' is killed after it was cleaned up`);
    this.lines.push(`kill ${entry.path} ${entry.attempt}`);
  }

  /** It has ended by itself, with an error or without: for the first reason that it gave. */
  ended(path: string, attempt: number, how: 'fail' | 'end'): void {
    const entry = this.#last.get(path);
    if (!entry || entry.attempt !== attempt || entry.said === undefined || entry.said === 'unknown') return;
    if (entry.said !== how)
      throw new Violation(`'${path}' first said '${entry.said}', and ends with '${how}'`);
  }

  /** Those that are waited for now without limit. */
  get isAnyStuck(): boolean {
    return this.entries.some(({ isStuck, left }) => isStuck && !left);
  }

  stuck(path: string, attempt: number): void {
    const entry = this.#last.get(path);
    if (!entry || entry.attempt !== attempt || entry.left)
      throw new Violation(`'${path}' is not there to be stuck`);
    if (entry.onStuck !== 'wait') throw new Violation(`'${path}' is waited for, but is to ${entry.onStuck}`);
    if (entry.isStuck) throw new Violation(`that '${path}' is stuck is told twice`);
    entry.isStuck = true;
  }

  abandoned(path: string, attempt: number): void {
    const entry = this.#last.get(path);
    if (!entry || entry.attempt !== attempt) throw new Violation(`'${path}' is abandoned, but is not there`);
    if (entry.left) throw new Violation(`'${path}' is abandoned, but has been cleaned up`);
    entry.abandoned = true;
  }
}
