/**
 * The failures of one child as the rules count them (docs/decisions/0004-policies.md): plain numbers and a plain
 * list, worked out anew for each failure.
 */
import type { Backoff } from '../../../../src/model/backoff.js';
import type { ErrorClass, GiveUp } from '../../../../src/model/give-up.js';
import { type ChildPolicy, isSupervisorKind } from '../../../../src/model/policy.js';
import type { Ledger } from './ledger.js';

/** What has to become of a failure. */
export type Judged =
  /** It is started again after at least, and at most, so many milliseconds. */
  | { readonly verdict: 'restart'; readonly delay: readonly [number, number] }
  /** The limit that it exceeds is that of its supervisor. */
  | { readonly verdict: 'all give up' }
  | {
      readonly verdict: 'gives up';
      readonly giveUp: GiveUp;
      readonly because: 'limit' | 'permanent' | 'fatal';
      /** If it is tried again all the same. */
      readonly delay: readonly [number, number];
      /** The event for it has come. */
      isTold: boolean;
    };

export interface Failure {
  readonly spec: ChildPolicy;
  /** Its own, or that of its supervisor for all. */
  readonly backoff: Backoff | undefined;
  readonly because: 'exit' | 'start-failed' | 'boot';
  readonly errorClass: ErrorClass;
  readonly uptimeMs: number;
  readonly isBooting: boolean;
  /** It is a supervisor that has given up. */
  readonly hasGivenUp: boolean;
  readonly now: number;
}

type Known = Pick<Failure, 'because' | 'errorClass' | 'uptimeMs' | 'isBooting' | 'hasGivenUp'>;

/** A failure, from what is known of the child and what is not. */
export function failureOf(known: Known, others: Omit<Failure, keyof Known>): Failure {
  const { because, errorClass, uptimeMs, isBooting, hasGivenUp } = known;
  return { because, errorClass, uptimeMs, isBooting, hasGivenUp, ...others };
}

export class FailureBook {
  /** Failures in a row. */
  inARow = 0;
  /** It has given up, and is tried for ever at the longest delay. */
  isSlow = false;
  /** Restarts that count in its own limit. */
  #times: number[] = [];

  forgive(): void {
    this.inARow = 0;
    this.isSlow = false;
    this.#times = [];
  }

  /** It was up for so long that its delays begin anew; one that had given up has a clean sheet. */
  #recover(): void {
    if (this.isSlow) this.forgive();
    this.inARow = 0;
  }

  /** How many restarts count in a limit of its own; none if that is without limit. */
  used({ maxRestarts, withinMs }: ChildPolicy, now: number): number {
    if (maxRestarts === Infinity) return 0;
    return this.#times.filter((time) => now - time <= withinMs!).length;
  }

  /** Writes down a failure, and says what the rules make of it. `ledger`: the restarts that all count in. */
  judge(failure: Failure, ledger: Ledger): Judged {
    const { spec, backoff, errorClass, now } = failure;
    // Its own limit remembers what the delays forget.
    if (backoff && failure.uptimeMs >= backoff.resetAfterMs) this.#recover();
    if (backoff) this.inARow++;
    const slowest = backoff ? span(backoff, backoff.maxMs) : ([0, 0] as const);
    if (errorClass === 'fatal') return givesUp('exit', 'fatal', slowest);
    if (errorClass === 'permanent') return this.#givesUp(spec.giveUp, 'permanent', slowest);
    if (this.isSlow) return { verdict: 'restart', delay: slowest };
    const isSupervisor = isSupervisorKind(spec.kind);
    if (
      isSupervisor &&
      spec.giveUp !== 'escalate' &&
      ((failure.because !== 'exit' && !failure.isBooting) || failure.hasGivenUp)
    ) {
      return this.#givesUp(spec.giveUp, 'limit', slowest);
    }
    if (!isSupervisor && spec.maxRestarts !== undefined) {
      const isOver = spec.maxRestarts !== Infinity && this.used(spec, now) >= spec.maxRestarts;
      if (isOver) return this.#givesUp(spec.giveUp, 'limit', slowest);
      this.#times.push(now);
    } else if (!failure.isBooting && !ledger.add(now)) return { verdict: 'all give up' };
    if (!backoff) return { verdict: 'restart', delay: [0, 0] };
    let longest = backoff.minMs;
    for (let i = 1; i < this.inARow && longest < backoff.maxMs; i++) longest *= backoff.factor;
    return { verdict: 'restart', delay: span(backoff, Math.min(longest, backoff.maxMs)) };
  }

  #givesUp(giveUp: GiveUp, because: 'limit' | 'permanent', delay: readonly [number, number]): Judged {
    if (giveUp !== 'keep-trying') return givesUp(giveUp, because, delay);
    // That is told once, until it is good again.
    if (this.isSlow) return { verdict: 'restart', delay };
    this.isSlow = true;
    return givesUp(giveUp, because, delay);
  }
}

function givesUp(
  giveUp: GiveUp,
  because: 'limit' | 'permanent' | 'fatal',
  delay: readonly [number, number],
): Judged {
  return { verdict: 'gives up', giveUp, because, delay, isTold: false };
}

/** The jitter takes a random part off; what is left is in whole milliseconds. */
const span = ({ jitter }: Backoff, longest: number): readonly [number, number] => [
  Math.ceil(longest - longest * jitter),
  Math.ceil(longest),
];
