/** The clock of all measurements: the time that passes, or the time that this process has had the processor. */

let hasOwnTime = false;

/**
 * From now on only the processor time of this process counts, of all its threads: for a machine on which others work
 * too. Nobody else's time can be told from waiting, so OTP and event-loop delays do not heed it.
 */
export function countProcessorTime(): void {
  hasOwnTime = true;
}

export const countsProcessorTime = (): boolean => hasOwnTime;

/** Milliseconds since some moment. */
export function now(): number {
  if (!hasOwnTime) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Nanoseconds per operation of what lies between `from` (of `now()`) and now. */
export const perOperation = (from: number, operations: number): number => ((now() - from) * 1e6) / operations;
