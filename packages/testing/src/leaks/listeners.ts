/** Listeners on the process that were added, and are still there. */
import { framesOf, isOfRunner } from './frames.js';
import type { Leak } from './leak.js';

type Listener = (...args: never[]) => unknown;

export class ListenerWatch {
  #given = new Set<unknown>();
  readonly #made = new WeakMap<object, Error>();
  readonly #added = (_name: string | symbol, listener: Listener): void => {
    this.#made.set(listener, new Error('made'));
  };

  start(): void {
    this.forget();
    process.on('newListener', this.#added);
  }

  stop(): void {
    process.off('newListener', this.#added);
  }

  /** Takes those that are there now as given. */
  forget(): void {
    this.#given = new Set(listeners().map(([, listener]) => listener));
  }

  found(): Leak[] {
    return listeners()
      .filter(([, listener]) => listener !== this.#added && !this.#given.has(listener))
      .flatMap(([name, listener]) => {
        const called = listener.name === '' ? '' : ` (${listener.name})`;
        const stack = this.#made.get(listener)?.stack ?? '';
        if (stack !== '' && isOfRunner(stack)) return [];
        const what = `a listener${called} for '${name}' of the process`;
        return [{ kind: 'listener' as const, what, madeAt: framesOf(stack) }];
      });
  }
}

const listeners = (): (readonly [string, Listener])[] =>
  process
    .eventNames()
    .flatMap((name) =>
      process.rawListeners(name as 'exit').map((listener) => [String(name), listener as Listener] as const),
    );
