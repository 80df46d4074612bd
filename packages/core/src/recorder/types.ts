/** What a flight recorder keeps: of each child its last runs, of each supervisor its restarts. All of it is JSON. */
import type { EventBodies, EventOf } from '../model/event.js';
import type { ReasonWire } from '../model/wire.js';

/** How much is kept. The bound in memory is the product: with the defaults ten thousand runs at most. */
export interface RecorderOptions {
  /** The last runs of each child. Default: 10. */
  readonly maxRuns?: number | undefined;
  /**
   * The children, and the supervisors, of which anything is kept: those that have failed most recently. Default: 1,000.
   * One that has never failed takes no place.
   */
  readonly maxChildren?: number | undefined;
}

/** When and why a run was started, or was asked to stop. */
export type RecordedCause<N extends 'child:starting' | 'child:stopping'> = Pick<
  EventBodies[N],
  'because' | 'with' | 'by'
> & {
  readonly at: number;
};

/** What was decided after an end; times are the clock's, in milliseconds. */
export type RecordedDecision =
  | ({ readonly kind: 'restart'; readonly at: number } & Pick<
      EventBodies['child:restarting'],
      'because' | 'delayMs' | 'budget' | 'by'
    >)
  | ({ readonly kind: 'no-restart'; readonly at: number } & Pick<
      EventBodies['child:not-restarted'],
      'because' | 'by'
    >)
  | ({ readonly kind: 'gave-up'; readonly at: number } & Pick<
      EventBodies['child:gave-up'],
      'because' | 'giveUp' | 'budget' | 'reviveAt'
    >)
  | ({ readonly kind: 'wait'; readonly at: number } & Pick<
      EventBodies['child:waiting'],
      'because' | 'waitsFor'
    >)
  | ({ readonly kind: 'removed'; readonly at: number } & Pick<
      EventBodies['child:removed'],
      'because' | 'with' | 'by'
    >);

/** One incarnation of a child. */
export interface RecordedRun {
  /** Which it was. */
  readonly incarnation: number;
  /** When and why it was started; null: that was before the child had failed for the first time. */
  readonly started: RecordedCause<'child:starting'> | null;
  /** When it was up; null: it was not. */
  readonly readyAt: number | null;
  /** When and why it was asked to stop; null: it was not. */
  readonly asked: RecordedCause<'child:stopping'> | null;
  /** When it ended; null: it lives. */
  readonly endedAt: number | null;
  /** How long it was up, in milliseconds; null: it was not, or lives. */
  readonly uptimeMs: number | null;
  /** How it ended, in a word; null: it lives. */
  readonly end: 'crashed' | 'completed' | 'stopped' | 'start-failed' | 'ignored' | null;
  /** How it ended, with the chain of causes; without stacks, and long texts are cut. */
  readonly reason: ReasonWire | null;
  /** What was decided then, in order; the last four. */
  readonly decisions: readonly RecordedDecision[];
}

/** The last runs of a child that has failed. */
export interface ChildHistory {
  /** Ids from the root down to it, joined by `/`. */
  readonly path: string;
  /** The path of its supervisor. */
  readonly supervisor: string;
  /** Its name among its siblings. */
  readonly id: string;
  /** How often it has failed since it is recorded. */
  readonly failures: number;
  /** When it has failed last, by the clock, in milliseconds. */
  readonly lastFailureAt: number;
  /** The oldest one first. */
  readonly runs: readonly RecordedRun[];
}

/** One restart that a supervisor has decided on, and how much of the budget was used then. */
export type RecordedRestart = { readonly at: number; readonly child: string } & Pick<
  EventOf<'child:restarting'>,
  'because' | 'delayMs' | 'budget'
>;

/** A supervisor that has given up: who was one too many, and why. */
export type RecordedGiveUp = { readonly at: number; readonly offender: string } & Pick<
  EventOf<'supervisor:gave-up'>,
  'error' | 'budget'
>;

/** The window of a supervisor over time. */
export interface SupervisorHistory {
  /** Ids from the root down to it, joined by `/`. */
  readonly path: string;
  /** The last fifty, the oldest one first. */
  readonly restarts: readonly RecordedRestart[];
  /** The last ten, the oldest one first. */
  readonly gaveUp: readonly RecordedGiveUp[];
}

/** Keeps what has happened to those that failed; see the `recorder` of a handle. */
export interface FlightRecorder {
  /** The last runs of a child, by its path from the root; undefined: it has not failed (or others have, since). */
  child(path: string): ChildHistory | undefined;
  /** The restarts of a supervisor, by its path; undefined: there were none (or too long ago). */
  supervisor(path: string): SupervisorHistory | undefined;
  /**
   * The children that fail most: each failure counts one when it happens, and half of that for each ten minutes since.
   *
   * @param count - so many at most, the worst first; default 1
   */
  worst(count?: number): ChildHistory[];
  /** All of it: what has failed least recently comes first. */
  toJSON(): {
    readonly children: readonly ChildHistory[];
    readonly supervisors: readonly SupervisorHistory[];
  };
}
