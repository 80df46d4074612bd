/**
 * What becomes of a child that has failed and is to be started again, as two grids: whether to go on, by
 * what kind of error it was and whether its limit is used up; and what giving up means, by its policy.
 */

/**
 * What a child's `classify` says of an error: `transient` may pass, `permanent` will not however often it is
 * tried, `fatal` is not for this child alone.
 */
export type ErrorClass = 'transient' | 'permanent' | 'fatal';
export const ERROR_CLASSES: readonly ErrorClass[] = ['transient', 'permanent', 'fatal'];

/**
 * What giving up means: `escalate` the supervisor gives up in turn (OTP), `park` the child stays down and
 * the others run on, `keep-trying` it is started again for ever, at the longest delay of its backoff, `exit`
 * the whole tree ends, `remove` it is gone, as dynamic children are when they end, and the others run on.
 */
export type GiveUp = 'escalate' | 'park' | 'keep-trying' | 'exit' | 'remove';
export const GIVE_UPS: readonly GiveUp[] = ['escalate', 'park', 'keep-trying', 'exit', 'remove'];

/** `restart`: try again. `give-up`: as its {@link GiveUp} says. `exit`: end the whole tree. */
export type FailureVerdict = 'restart' | 'give-up' | 'exit';

// prettier-ignore
export const FAILURE_TABLE: Readonly<
  Record<ErrorClass, Readonly<Record<'within' | 'over', FailureVerdict>>>
> = {
  transient: { within: 'restart', over: 'give-up' },
  permanent: { within: 'give-up', over: 'give-up' },
  fatal: { within: 'exit', over: 'exit' },
};

/** What a failed start at the boot of its supervisor means for the others. */
export type Boot = 'fail' | 'retry' | 'degraded';
export const BOOTS: readonly Boot[] = ['fail', 'retry', 'degraded'];

/** How a supervisor starts its children: each when the one before it is up, or those that can all at once. */
export type StartOrder = 'sequential' | 'parallel';
export const START_ORDERS: readonly StartOrder[] = ['sequential', 'parallel'];

/** How a dynamic supervisor stops its children: all at once, or one after the other, the last one first. */
export type StopOrder = 'parallel' | 'sequential';
export const STOP_ORDERS: readonly StopOrder[] = ['parallel', 'sequential'];

/** In which order a child that is replaced by another declaration stops and starts. */
export type Replace = 'stop-then-start' | 'start-then-stop';
export const REPLACES: readonly Replace[] = ['stop-then-start', 'start-then-stop'];
