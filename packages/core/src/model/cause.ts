/** Why something is done with a child: worked out from what its supervisor is doing, for the events alone. */
import type { Child } from './child.js';
import type { Operation, Supervisor } from './supervisor.js';

/** `request`: somebody called the handle; `reconcile`: the declarations have changed. */
export type RequestCause = 'request' | 'reconcile';

/** On whose behalf a command is given. */
export interface Asked {
  readonly because: RequestCause;
  /** Who, as far as they said so. */
  readonly by: string | undefined;
}

/**
 * Why a child is started.
 *
 * | cause       | meaning                                                                                    |
 * | ----------- | ------------------------------------------------------------------------------------------ |
 * | `boot`      | its supervisor starts                                                                      |
 * | `restart`   | it has failed, or was parked or paused: the `child:restarting` before says which           |
 * | `sibling`   | a sibling is restarted, and their supervisor's strategy takes it along                     |
 * | `bond`      | one that it is bound to is restarted, or has come up                                       |
 * | `unblocked` | it was waiting (`child:waiting`), and what it waited for is up, or does not come any more  |
 * | `request`   | somebody asked for it: `startChild`, `restartChild`, `restartNow`                          |
 * | `reconcile` | it is declared anew, or differently                                                        |
 */
export type StartCause = 'boot' | 'restart' | 'sibling' | 'bond' | 'unblocked' | RequestCause;

/**
 * Why a child is asked to stop.
 *
 * | cause           | meaning                                                                            |
 * | --------------- | ---------------------------------------------------------------------------------- |
 * | `request`       | somebody asked for it: `terminateChild`, `restartNow`                              |
 * | `reconcile`     | it is declared differently, or not any more                                        |
 * | `dismissed`     | nobody wants its result any more                                                   |
 * | `sibling`       | a sibling is restarted, and their supervisor's strategy takes it along             |
 * | `bond`          | one that it is bound to goes down, or is restarted                                 |
 * | `shutdown`      | its supervisor stops: `supervisor:stopping` says why                               |
 * | `gave-up`       | its supervisor has given up                                                        |
 * | `auto-shutdown` | its supervisor shuts itself down, since a significant child has ended              |
 * | `start-failed`  | its supervisor does not come up, since a sibling did not start                     |
 */
export type StopCause =
  | RequestCause
  | 'dismissed'
  | 'sibling'
  | 'bond'
  | 'shutdown'
  | 'gave-up'
  | 'auto-shutdown'
  | 'start-failed';

/**
 * Why a child is no longer there: because it was stopped, or it `ended` by itself and is not started again, or `ignored`
 * its start, or did not start (`start-failed`), or `gave-up`, or was `deleted`.
 */
export type RemovalCause = StopCause | 'ended' | 'ignored' | 'deleted';

/**
 * Why a supervisor ends.
 *
 * | cause           | meaning                                                                                 |
 * | --------------- | --------------------------------------------------------------------------------------- |
 * | `request`       | somebody called `stop`                                                                  |
 * | `parent`        | its own supervisor stops it: `child:stopping` says why                                  |
 * | `gave-up`       | one restart too many, or a child whose `giveUp` is `escalate`                           |
 * | `auto-shutdown` | a significant child has ended                                                           |
 * | `timed-out`     | its start takes too long, or it runs for too long                                       |
 * | `exit`          | a child ends the whole tree: by its `giveUp`, by its `onStuck`, by a fatal error        |
 */
export type EndCause = 'request' | 'parent' | 'gave-up' | 'auto-shutdown' | 'timed-out' | 'exit';

/** Why something is done with a child, as one reads it in that event alone. */
export interface WithCause<C> {
  /** The cause, in a word. */
  readonly because: C;
  /** The path of the sibling that it goes with: the one that is restarted, is down, or did not start. */
  readonly with: string | null;
  /** Who asked for it, as far as they said so (`by`). */
  readonly by: string | null;
}

const why = <C>(because: C, by?: string, other?: string): WithCause<C> => ({
  because,
  with: other ?? null,
  by: by ?? null,
});

/** Somebody, who has not said who. */
export const REQUEST: Asked = { because: 'request', by: undefined };

/** The command that an operation carries out was given on somebody's behalf. */
const askedBy = ({ because, by } = REQUEST): WithCause<RequestCause> => why(because, by);

/** A child goes with another. */
const goesWith = <C>(s: Supervisor, because: C, { id }: Child): WithCause<C> =>
  why(because, undefined, `${s.path}/${id}`);

/** Why a child that is down is started now. */
export function whyStarted(s: Supervisor, child: Child): WithCause<StartCause> {
  const { operation } = s;
  if (operation?.kind === 'swap') return askedBy(operation.asked);
  if (operation?.kind === 'start-child') return askedBy(operation.asked);
  // One that is restarted alone, at once, is no operation.
  if (operation === undefined) return why('restart');
  if (operation.kind !== 'restart') return why('boot');
  if (child.status === 'waiting') return why('unblocked');
  if (child !== operation.failed) return goesWith(s, companionship(operation), operation.failed);
  return operation.asked ? askedBy(operation.asked) : why('restart');
}

/** Why a child that lives is asked to stop, or a start of it that was due is called off. */
export function whyStopped(s: Supervisor, child: Child): WithCause<StopCause> {
  const { operation } = s;
  if (child.recovery?.isDismissed) return why('dismissed');
  switch (operation?.kind) {
    case 'terminate-child':
      return child === operation.child ? askedBy(operation.asked) : goesWith(s, 'bond', operation.child);
    case 'release':
      return goesWith(s, 'bond', operation.child);
    case 'undo':
      return goesWith(s, 'start-failed', operation.failed);
    case 'restart':
      // In the middle of a start there is one reason only to ask a child to stop.
      if (operation.starting) return whyItEnds(s);
      if (child === operation.failed) return askedBy(operation.asked);
      return goesWith(s, companionship(operation), operation.failed);
    case 'swap':
      return child === operation.old ? askedBy(operation.asked) : whyItEnds(s);
    default:
      return whyItEnds(s);
  }
}

/** What takes the others along when one is restarted. */
const companionship = ({ scope }: Extract<Operation, { kind: 'restart' }>): 'bond' | 'sibling' =>
  scope.only ? 'bond' : 'sibling';

/** Why a child goes with its supervisor. */
function whyItEnds({ endCause, endBy }: Supervisor): WithCause<StopCause> {
  return endCause === 'gave-up' || endCause === 'auto-shutdown' ? why(endCause) : why('shutdown', endBy);
}
