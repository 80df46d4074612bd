/**
 * The restart decision, as a grid: what becomes of a child that has ended by itself.
 *
 * The first table is OTP's `do_restart`, the second its `do_auto_shutdown` (stdlib, `supervisor.erl`).
 */
import type { ExitKind } from './exit-reason.js';

/**
 * When a child that has ended is started again: `permanent` always, `transient` only after a crash,
 * `temporary` never.
 */
export type RestartType = 'permanent' | 'transient' | 'temporary';

/** Whether a supervisor ends itself when its significant children have ended by themselves. */
export type AutoShutdown = 'never' | 'any-significant' | 'all-significant';

/** `restart`: start it again. `keep`: leave it down, its spec stays. `forget`: drop it, spec and all. */
export type Verdict = 'restart' | 'keep' | 'forget';

export const RESTART_TYPES: readonly RestartType[] = ['permanent', 'transient', 'temporary'];
export const AUTO_SHUTDOWNS: readonly AutoShutdown[] = ['never', 'any-significant', 'all-significant'];

// prettier-ignore
export const RESTART_TABLE: Readonly<Record<RestartType, Readonly<Record<ExitKind, Verdict>>>> = {
  permanent: { normal: 'restart', shutdown: 'restart', crash: 'restart', killed: 'restart' },
  transient: { normal: 'keep', shutdown: 'keep', crash: 'restart', killed: 'restart' },
  temporary: { normal: 'forget', shutdown: 'forget', crash: 'forget', killed: 'forget' },
};

/** Does the supervisor end itself, now that a significant child has ended and is not started again? */
export const AUTO_SHUTDOWN_TABLE: Readonly<Record<AutoShutdown, (significantLeft: number) => boolean>> = {
  never: () => false,
  'any-significant': () => true,
  'all-significant': (significantLeft) => significantLeft === 0,
};
