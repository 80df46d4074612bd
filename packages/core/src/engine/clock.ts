/** The clock port: all time that Coppice knows comes from here. */

/**
 * Where time comes from. Replace it to simulate time; see {@link SimulatedClock}. One that does not keep to this is put up
 * with as far as that goes: a tree on it can always be stopped, unless its timers never come and a child does not end by
 * itself. It is told by `supervisor:warning` with the code `COPPICE_PORT_MISBEHAVES`.
 */
export interface Clock {
  /** The time in milliseconds. It never goes backwards. */
  now(): number;
  /**
   * Calls `callback` once, `ms` milliseconds from now at the earliest and not before the current task is
   * over; 0 lets everything that is due in the event loop go first.
   */
  setTimer(callback: () => void, ms: number): unknown;
  /** Takes a timer back; nothing happens if it was called already. */
  clearTimer(timer: unknown): void;
}

/** The longest delay that the platform's timers take (2^31 - 1 ms, about 24.8 days). */
const LONGEST_MS = 2_147_483_647;

interface RealTimer {
  timeout?: ReturnType<typeof setTimeout>;
  cancelled: boolean;
}

/** Not in every runtime; unlike a timer of 0 ms it does not wait a whole millisecond. */
const immediate = (globalThis as { setImmediate?: (callback: () => void) => unknown }).setImmediate;

const { timeOrigin } = performance;

/** The platform's clock: milliseconds since 1970 that do not jump when the wall clock is set. */
export const realClock: Clock = {
  now: () => timeOrigin + performance.now(),
  setTimer(callback, ms) {
    const timer: RealTimer = { cancelled: false };
    if (ms <= 0 && immediate) {
      immediate(() => {
        if (!timer.cancelled) callback();
      });
    } else {
      arm(timer, callback, ms);
    }
    return timer;
  },
  clearTimer(timer) {
    const real = timer as RealTimer;
    real.cancelled = true;
    if (real.timeout !== undefined) clearTimeout(real.timeout);
  },
};

/** Calls back in the next turn of the event loop, whatever clock the tree is on. */
export function inNextTurn(callback: () => void): void {
  if (immediate) immediate(callback);
  else setTimeout(callback, 0);
}

/** Resolves when everything that promises can do by themselves is done: in the next turn of the event loop. */
export const nextTurn = (): Promise<void> => new Promise(inNextTurn);

/** Sets a timer in parts, if it is longer than the platform's can be. */
function arm(timer: RealTimer, callback: () => void, ms: number): void {
  const part = Math.min(ms, LONGEST_MS);
  const dueAt = performance.now() + part;
  const fire = (): void => {
    if (part < ms) return arm(timer, callback, ms - part);
    const early = dueAt - performance.now();
    // The platform's timers may be a fraction of a millisecond early. (More than that is time that somebody fakes.)
    if (early > 0 && early < 1) timer.timeout = setTimeout(fire, 1);
    else callback();
  };
  timer.timeout = setTimeout(fire, part);
}
