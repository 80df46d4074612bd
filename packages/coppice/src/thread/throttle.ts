/** Calls that come often, carried out seldom: at once where there was none for a while, else a little later. */

export interface Throttled {
  /** Carries it out at the end of this turn of the event loop, or as soon as the last time is long enough ago. */
  soon(): void;
  /** Carries it out now. */
  now(): void;
  /** A last time if one is due; then never again. */
  end(): void;
}

export function throttled(action: () => void, intervalMs: number): Throttled {
  let last = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const now = (): void => {
    clearTimeout(timer);
    timer = undefined;
    last = performance.now();
    action();
  };
  return {
    now,
    soon: () => {
      if (isOver || timer) return;
      timer = setTimeout(now, Math.max(0, last + intervalMs - performance.now()));
    },
    end: () => {
      if (timer) now();
      isOver = true;
    },
  };
}
