/**
 * Takes the stray faults of a process (what is thrown in a timer, or rejected without a handler), finds out
 * whose they are, and makes each the crash of that child alone, or the end of the process.
 *
 * A stray leaves things behind that no context can follow: a response that never ends, a connection that is
 * not given back. A restart is sound only as far as the child owns what it uses and gives it back; hence the
 * guard rails: what is not known to belong to a child, what is too much or too grave, ends the process.
 */
import { channel } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import type { FaultScope } from '@coppice/core';
import { FAULT_CHANNEL } from '@coppice/core/kit';
import { Budget } from './budget.js';
import { attribute, contextScope, leaveContext, outsideOfChildren } from './context.js';
import { denied } from './deny-list.js';
import { isUnheardErrorEvent } from './emitter-error.js';
import type { Fault } from './fault.js';
import { watchForeigners } from './foreign.js';
import { ownDirectories } from './own-frames.js';
import { type FaultDomainOptions, checkFaultDomain } from './options.js';
import type { FaultEvent, FaultListener, FaultSource } from './source.js';

/** For those who count: `@coppice/otel`, `@coppice/prometheus`. */
const faults = channel(FAULT_CHANNEL);

/**
 * Takes the stray faults of this process and makes each the crash of the child that it came from, or the end of the
 * process: what `application().run()` does. For programs in which something else has the process; one to a process.
 *
 * @example
 * ```ts
 * const faults = new FaultDomain({
 *   policy: 'contain',
 *   onFault: ({ error, owner, outcome }) => console.error('stray fault', owner?.path, outcome, error),
 *   onFatal: () => void tree.stop().finally(() => process.exit(1)),
 * });
 * faults.install();
 * const tree = await shop.start({ faultScope: faults.scope });
 * ```
 */
export class FaultDomain {
  /** For `TreeOptions.faultScope`; `undefined` under `off`, where nothing may cost anything. */
  readonly scope: FaultScope | undefined;
  /** How many faults there were, by what became of them. */
  readonly counts = { contained: 0, late: 0, fatal: 0 };
  readonly #options: FaultDomainOptions;
  readonly #source: FaultSource;
  readonly #limit: NonNullable<Fault['limit']>;
  readonly #budget: Budget;
  readonly #event: FaultEvent;
  readonly #listener: FaultListener;
  #stopWatching: (() => void) | undefined;
  #isEnding = false;
  #hasHinted = false;

  /**
   * Listens to nothing yet: see `install`.
   *
   * @throws CommandError `COPPICE_INVALID_ARGUMENT` if an option is wrong, or unknown
   */
  constructor(options: FaultDomainOptions) {
    const own = checkFaultDomain(options);
    const { policy, maxContained = 3, withinMs = 60_000 } = own;
    this.#options = own;
    this.#source = own.process ?? process;
    this.#limit = { maxContained, withinMs };
    this.#budget = new Budget(maxContained, withinMs);
    this.scope = policy === 'off' ? undefined : contextScope();
    // A monitor sees what the listener sees and changes nothing: Node's own crash follows.
    this.#event = policy === 'contain' ? 'uncaughtException' : 'uncaughtExceptionMonitor';
    this.#listener = (error, origin) => this.#guarded(error, origin);
  }

  /** Has the process survived a fault? It may then lack what the fault has left hanging. */
  get isTainted(): boolean {
    return this.counts.contained + this.counts.late > 0;
  }

  /** Starts to listen. With the default `--unhandled-rejections=throw` one listener is told of rejections too. */
  install(): void {
    if (this.#options.policy === 'off' || this.#stopWatching) return;
    // Now rather than in the middle of a fault.
    ownDirectories();
    this.#stopWatching = watchForeigners(this.#source, (listener) => listener === this.#listener);
    this.#source.on(this.#event, this.#listener);
  }

  /** Listens no longer. Once more: nothing happens. */
  uninstall(): void {
    if (!this.#stopWatching) return;
    this.#stopWatching();
    this.#stopWatching = undefined;
    this.#source.off(this.#event, this.#listener);
  }

  /** A throw in here would end the process with code 7 and without a word about the fault. */
  #guarded(error: unknown, origin: Fault['origin']): void {
    try {
      if (this.#options.policy === 'contain') this.#contain(error, origin);
      else this.#label(error, origin);
    } catch (failure) {
      lastWords('the handler of faults failed', failure, error);
      // Under `label` Node ends the process anyway, and says why.
      if (this.#options.policy === 'contain') this.#source.exit?.(1);
    }
  }

  #label(error: unknown, origin: Fault['origin']): void {
    const whose = attribute(error);
    this.counts.fatal++;
    const unattributed = whose.owner ? {} : { why: 'unattributed' as const };
    outsideOfChildren(() => this.#tell({ error, origin, ...whose, outcome: 'fatal', ...unattributed }));
  }

  #contain(error: unknown, origin: Fault['origin']): void {
    const whose = attribute(error);
    // What follows is the supervisors' work and not the child's, also what it leaves to be done later.
    outsideOfChildren(() => {
      const fault = this.#judge({ error, origin, ...whose });
      this.#count(fault);
      this.#tell(fault);
      if (fault.outcome === 'fatal') this.#end(fault);
      else this.#hint(error);
    });
    leaveContext();
  }

  #judge(stray: Omit<Fault, 'outcome' | 'why'>): Fault {
    const { owner, error } = stray;
    const why = denied(error) ?? (owner ? undefined : 'unattributed');
    if (why !== undefined || !owner) return { ...stray, outcome: 'fatal', why: why ?? 'unattributed' };
    if (!this.#budget.take(performance.now()))
      return { ...stray, outcome: 'fatal', why: 'budget', limit: this.#limit };
    try {
      return { ...stray, outcome: owner.fault(error) };
    } catch (failure) {
      lastWords('a supervisor failed when it was told of a fault', failure, error);
      return { ...stray, outcome: 'fatal', why: 'supervisor' };
    }
  }

  #count({ outcome }: Fault): void {
    if (outcome === 'fatal') this.counts.fatal++;
    else if (outcome === 'late') this.counts.late++;
    else this.counts.contained++;
  }

  /** Never swallowed: if the log fails, on stderr. */
  #tell(fault: Fault): void {
    // A subscriber that throws is told of by Node in a fault of its own; nothing is thrown here.
    faults.publish(fault);
    try {
      this.#options.onFault(fault);
    } catch (failure) {
      lastWords('the log of faults failed', failure, fault.error);
    }
  }

  #end(fault: Fault): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#options.onFatal(fault);
  }

  #hint(error: unknown): void {
    if (this.#hasHinted || !isUnheardErrorEvent(error)) return;
    this.#hasHinted = true;
    this.#source.emitWarning?.(
      "A fault came from an emitter that has no listener for 'error'. Add one that calls the child's `fail`, as in " +
        "`socket.on('error', fail)`: that says whose the error is, also where no async context does.",
      { type: 'CoppiceWarning', code: 'COPPICE_NO_ERROR_LISTENER' },
    );
  }
}

/** Straight to stderr, since nothing else can be trusted any more; and if that is closed, nowhere. */
function lastWords(what: string, failure: unknown, error: unknown): void {
  try {
    writeSync(2, `coppice: ${what}: ${show(failure)}\nThe fault was: ${show(error)}\n`);
  } catch {
    // Nobody listens.
  }
}

function show(value: unknown): string {
  try {
    return inspect(value);
  } catch {
    return 'something that cannot be shown';
  }
}
