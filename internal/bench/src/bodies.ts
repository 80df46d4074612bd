/** What the children do: the same for the loop, for ours and for all others. */

/** A body is called for each incarnation of each child. */
export interface Body {
  /** If not, nobody need make a signal. */
  readonly usesSignal: boolean;
  readonly run: (index: number, signal?: AbortSignal) => Promise<void>;
}

/** The one error of all crashes: to make one, with its stack, costs more than all that is measured here. */
export const FAILURE = new Error('crash');

/** A promise with its resolve function. */
export function promised(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** Crashes at once, again and again, until it has run so often; then it waits for its end. */
export class CrashingBody implements Body {
  readonly usesSignal: boolean;
  readonly #times: number;
  readonly #finished = promised();
  runs = 0;
  readonly finished = this.#finished.promise;

  constructor(times: number, usesSignal: boolean) {
    this.#times = times;
    this.usesSignal = usesSignal;
  }

  // oxlint-disable-next-line typescript/require-await -- a task is an async function, and this one throws
  readonly run = async (_index: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    if (++this.runs < this.#times) throw FAILURE;
    this.#finished.resolve();
    return untilAborted(signal);
  };
}

/** Waits for ever, or until its signal is aborted; keeps nothing. */
export class IdleBody implements Body {
  readonly usesSignal: boolean;
  starts = 0;

  constructor(usesSignal: boolean) {
    this.usesSignal = usesSignal;
  }

  readonly run = (_index: number, signal?: AbortSignal): Promise<void> => {
    this.starts++;
    return untilAborted(signal);
  };
}

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    signal?.addEventListener('abort', () => resolve());
  });
}

/** Waits until it is told to crash, or its signal is aborted, and counts. */
export class WaitingBody implements Body {
  readonly usesSignal: boolean;
  starts = 0;
  ends = 0;
  /** How many ended after one that was started before them. */
  disorder = 0;
  readonly #crash: ((error: unknown) => void)[] = [];
  #lastEnded = Infinity;
  #awaited = Infinity;
  #reached = (): void => {};

  constructor(usesSignal: boolean) {
    this.usesSignal = usesSignal;
  }

  readonly run = (index: number, signal?: AbortSignal): Promise<void> => {
    const started = new Promise<void>((resolve, reject) => {
      this.#crash[index] = reject;
      if (!signal) return;
      const end = (): void => {
        this.#ended(index);
        resolve();
      };
      signal.addEventListener('abort', end);
      this.#crash[index] = (error) => {
        signal.removeEventListener('abort', end); // a loop has the same signal again
        reject(error);
      };
    });
    if (++this.starts === this.#awaited) this.#reached();
    return started;
  };

  /** Resolves when there have been so many starts in all. */
  started(count: number): Promise<void> {
    const { promise, resolve } = promised();
    if (this.starts >= count) resolve();
    this.#awaited = count;
    this.#reached = resolve;
    return promise;
  }

  /** Crashes one child; resolves when one has started again. */
  crash(index: number): Promise<void> {
    const started = this.started(this.starts + 1);
    this.fail(index);
    return started;
  }

  fail(index: number): void {
    this.#crash[index]!(FAILURE);
  }

  /** Crashes the first so many children in one go; resolves when as many have started again. */
  crashAll(count: number): Promise<void> {
    const started = this.started(this.starts + count);
    for (let index = 0; index < count; index++) this.fail(index);
    return started;
  }

  #ended(index: number): void {
    this.ends++;
    if (index > this.#lastEnded) this.disorder++;
    this.#lastEnded = index;
  }
}
