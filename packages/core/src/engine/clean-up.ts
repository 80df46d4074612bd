/** Clean-up: pieces of the user's code that are called one after the other, whatever becomes of each. */
import { pending } from './pending.js';

export interface CleanUpStep {
  readonly code: () => unknown;
  /** Told of what the code throws, at once or later. */
  readonly failed: (error: unknown) => void;
}

/** Calls a piece of code. What takes time comes back as a promise that is never rejected. */
export function attempt({ code, failed }: CleanUpStep): Promise<unknown> | undefined {
  try {
    return pending(code())?.then(undefined, failed);
  } catch (error) {
    failed(error);
    return undefined;
  }
}

/**
 * Takes the last step, then the one before it, and so on, each when the one after it is done; then calls
 * `done`. Steps that are added on the way are taken too. Where nothing takes time, neither does the whole;
 * otherwise `takesTime` is called first.
 */
export function takeLastFirst(steps: CleanUpStep[], takesTime: () => void, done: () => void): void {
  for (let step = steps.pop(); step; step = steps.pop()) {
    const taking = attempt(step);
    if (!taking) continue;
    takesTime();
    void taking.then(() => takeLastFirst(steps, takesTime, done));
    return;
  }
  done();
}
