/** What the events have told of one child so far, and what its policies say. */
import { FailureBook, type Failure, type Judged } from '../model/judge/failure-book.js';
import type { mend } from '../model/policies.js';

type Policies = ReturnType<typeof mend>;

export class Told {
  readonly id: string;
  readonly spec: Failure['spec'];
  readonly backoff: Failure['backoff'];
  /** The ids of those that it is bound to. */
  readonly bindsTo: readonly string[];
  told: 'nothing' | 'starting' | 'started' | 'stopping' | 'over' = 'nothing';
  incarnation = 0;
  readonly failures = new FailureBook();
  because: Failure['because'] = 'exit';
  uptimeMs = 0;
  isPaused = false;
  /** Its last start was its first, at boot or because it was added: then `boot` says what its failure means. */
  isFirstStart = false;
  /** Somebody has asked for its next start. */
  isAskedFor = false;
  isBooting = false;
  /** As a supervisor it has ended because it gave up. */
  hasGivenUp = false;
  /** What has to become of its last failure, if that has been told of. */
  judged: Judged | undefined = undefined;
  delayMs: number | undefined = undefined;
  reviveAt = Infinity;

  constructor(
    id: string,
    policies: Policies & { readonly kind: Failure['spec']['kind'] },
    backoff: Failure['backoff'],
    bindsTo: readonly string[] = [],
  ) {
    this.id = id;
    this.spec = { ...policies, id } as Failure['spec'];
    this.backoff = policies.backoff ?? backoff;
    this.bindsTo = bindsTo;
  }

  get isAlive(): boolean {
    return this.told !== 'nothing' && this.told !== 'over';
  }
}
