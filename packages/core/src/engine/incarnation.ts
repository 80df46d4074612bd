/**
 * One incarnation of a service or a task: from its start to its end, with all that it leaves to clean up.
 *
 * It ends once, for the first reason that is given (`outcome`), in up to four steps: its signal is aborted;
 * what is under way (the promise of `start` or `run`) is waited for; a service's `stop` gives back its
 * value; deferred functions are called, the last one first. Where none of this takes time, it all happens
 * in one go. Only then is the supervisor told, so that two incarnations never overlap.
 */
import type { Child } from '../model/child.js';
import { type CoppiceError, coppiceError } from '../model/errors.js';
import type { ChildEventName, EventBody, FactsOf, UnstoppedChild } from '../model/event.js';
import { type ExitReason, KILLED, NORMAL, SHUTDOWN, type Shutdown } from '../model/exit-reason.js';
import type { ErrorClass } from '../model/give-up.js';
import { childEvent } from '../model/report.js';
import { IDLE } from '../model/watchdog.js';
import { toWire } from '../model/wire.js';
import { type Service, type Task, ignore } from '../spec/types.js';
import { type CleanUpStep, attempt, takeLastFirst } from './clean-up.js';
import { attemptClass } from './classify.js';
import { ChildContext } from './context.js';
import { Ending } from './ending.js';
import type { FaultOwner } from './faults.js';
import { IGNORED, isAbortOf, outcomeOfResult, outcomeOfThrow } from './outcome.js';
import { pending } from './pending.js';
import { Sleepers, refused } from './sleepers.js';
import type { SupervisorProcess } from './supervisor-process.js';

type AnySpec = Service<unknown, unknown[]> | Task<unknown[]>;

/** Where a value will be. */
const NOTHING = Symbol('nothing');

export class Incarnation implements FaultOwner {
  readonly process: SupervisorProcess;
  readonly child: Child;
  readonly incarnation: number;
  #value: unknown = NOTHING;
  #phase: 'starting' | 'running' | 'ending' | 'ended' = 'starting';
  #outcome: ExitReason | undefined = undefined;
  /** Is the promise of `start` or `run` pending? */
  #isBusy = false;
  /** Of one that has to say when it is up: `said` it has, `due` it has done all else. */
  #readiness: 'said' | 'due' | undefined = undefined;
  #controller: AbortController | undefined = undefined;
  #sleepers: Sleepers | undefined = undefined;
  /** What was deferred, and at the end a service's `stop`: taken from the last to the first. */
  #cleanUp: CleanUpStep[] | undefined = undefined;
  #ending: Ending | undefined = undefined;

  constructor(process: SupervisorProcess, child: Child) {
    this.process = process;
    this.child = child;
    this.incarnation = child.incarnation;
  }

  get path(): string {
    return this.process.pathOf(this.child);
  }

  /** What the start of a service returned; undefined for a task, and before. */
  get value(): unknown {
    return this.#hasValue() ? this.#value : undefined;
  }

  /** How the incarnation before this one ended. */
  get previousExit(): ExitReason | undefined {
    if (this.#phase === 'ended') return undefined;
    return this.#ending ? this.#ending.previousExit : this.child.lastExit;
  }

  // --- what its supervisor wants ---

  start(): void {
    const spec = this.child.spec as AnySpec;
    const context = new ChildContext(this);
    if (spec.kind === 'task') this.#startTask(spec, context);
    else this.#startService(spec, context);
  }

  stop(): void {
    if (this.#ending) {
      this.#ending.isAsked = true;
      return;
    }
    this.#begin(this.#stage(), true);
    this.#release();
  }

  /** It has failed without knowing it: its start takes too long, or it makes no progress. */
  breakOff(error: unknown): void {
    this.#endWith(outcomeOfThrow(error));
  }

  /** Its time is over: what has not ended by now is killed, as far as there is a way, and not waited for. */
  kill(): void {
    if (!this.#ending) {
      this.#outcome = KILLED;
      this.#begin(this.#stage(), true);
      this.#release();
    }
    // Where cleaning up takes no time it is gone by now, and there is nothing left to kill.
    if (this.#isReported()) return;
    if (this.#isAsked()) this.#outcome = KILLED;
    const spec = this.child.spec as Service;
    if (spec.kill === undefined || !this.#hasValue()) return this.abandon();
    const killing = attempt(this.#step(() => spec.kill?.(this.#value)));
    void killing?.then(() => {
      this.abandon();
      this.process.tree.run();
    });
  }

  /**
   * Nothing more can be done to end it: what now, is for its `onStuck` to say. For `exit` it is given up when
   * the end of the tree comes to its supervisor, and not before: nothing is to be started beside it.
   */
  abandon(): void {
    if (this.#isReported()) return;
    const { process, child } = this;
    const { onStuck } = child.spec;
    if (onStuck === 'wait' && !process.state.killing) return this.#stuck();
    if (onStuck !== 'exit' || process.state.stopReason !== undefined) return this.#giveUp();
    if (this.#ending) this.#ending.abandonedAt = process.tree.clock.now();
    process.exitTree(coppiceError('COPPICE_STUCK', { ...this.describe() }));
  }

  /** It is waited for without limit. That is told once, though its `kill` hook and the grace of that both end here. */
  #stuck(): void {
    const ending = this.#ending;
    if (!ending || ending.isStuck) return;
    ending.isStuck = true;
    this.#tell('child:stuck', { phase: ending.phase });
  }

  /** It is waited for no longer; it stays on the tree's list until it ends after all. */
  #giveUp(): void {
    const { tree } = this.process;
    if (!this.#ending) return;
    this.#ending.abandonedAt = tree.clock.now();
    tree.abandoned.add(this);
    this.#tell('child:abandoned', { ...this.describe() });
    this.#report(this.#ending);
  }

  /** For the report of those who did not stop. */
  describe(): UnstoppedChild {
    const { phase = 'running', abandonedAt = 0, since = abandonedAt } = this.#ending ?? {};
    return { path: this.path, incarnation: this.incarnation, phase, waitedMs: abandonedAt - since };
  }

  // --- what it says itself, through its context ---

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#mustEnd()) this.#abort();
    }
    return this.#controller.signal;
  }

  defer(cleanUp: () => unknown): void {
    const step = this.#step(cleanUp);
    if (this.#phase === 'ended') void attempt(step);
    else (this.#cleanUp ??= []).push(step);
  }

  sleep(ms: number): Promise<void> {
    this.#sleepers ??= new Sleepers(this.process.tree.clock);
    return this.#mustEnd() ? refused(this.#whyItEnds()) : this.#sleepers.sleep(ms);
  }

  /** Why it has to end; undefined if it has not to. */
  get quitReason(): unknown {
    return this.#mustEnd() ? this.#whyItEnds() : undefined;
  }

  /** The error that it has crashed with, if it has. */
  get failure(): unknown {
    return this.#outcome?.kind === 'crash' ? this.#outcome.error : undefined;
  }

  /** Calls back as soon as it has to end. Returns how to call that off. */
  onQuit(quit: (reason: unknown) => void): () => void {
    return (this.#sleepers ??= new Sleepers(this.process.tree.clock)).add(quit);
  }

  /** Calls back when it has ended, or is not waited for any longer. Returns how to call that off. */
  onOver(over: () => void): () => void {
    return (this.#sleepers ??= new Sleepers(this.process.tree.clock)).watch(over);
  }

  /** Is it about to end, or over? */
  get isLeaving(): boolean {
    return this.#outcome !== undefined || this.#mustEnd();
  }

  /** It says that it is up. */
  ready(): void {
    const isDue = this.#readiness === 'due';
    this.#readiness = 'said';
    // The call comes from inside the user's code: let that finish first.
    if (isDue) this.process.tree.soon(() => this.#upIfReady());
  }

  heartbeat(): void {
    const { child, incarnation } = this;
    if (child.incarnation !== incarnation || !child.recovery) return;
    child.recovery.beatAt = this.process.tree.clock.now();
  }

  /** Nothing is expected of it until its next heartbeat: it waits for something that may take any time. */
  idle(): void {
    const { child, incarnation } = this;
    if (child.incarnation === incarnation && child.recovery) child.recovery.beatAt = IDLE;
  }

  get isOver(): boolean {
    return this.#phase === 'ended' || this.#isReported();
  }

  /** A stray fault that was traced back to it. */
  fault(error: unknown): 'crash' | 'late' {
    const isLate = this.isOver || this.#isAsked() || this.#outcome !== undefined;
    this.fail(error);
    return isLate ? 'late' : 'crash';
  }

  /** Runs a piece of the user's code so that what goes astray in it can be traced back to it. */
  #inScope<T>(code: () => T): T {
    const scope = this.process.tree.faultScope;
    return scope ? scope.run(this, code) : code();
  }

  /** A failure while it stops as it was asked to, such as the error of a connection that is cut, is no crash. */
  fail(error: unknown): void {
    const reason = outcomeOfThrow(error);
    if (this.#isAsked()) this.#lateFault(reason);
    else this.#endSoon(reason);
  }

  end(shutdown: Shutdown | undefined): void {
    this.#endSoon(outcomeOfResult(shutdown, NORMAL));
  }

  /** The call comes from inside the user's code, perhaps from the loop of an emitter: let that finish first. */
  #endSoon(reason: ExitReason): void {
    if (!this.#decide(reason)) return;
    this.process.tree.soon(() => this.#goOn());
  }

  // --- how it starts ---

  #startTask(spec: Task<unknown[]>, context: ChildContext): void {
    let running: Promise<unknown> | undefined;
    let reason: ExitReason = NORMAL;
    try {
      const result = this.#run(spec, context);
      running = pending(result);
      if (!running) reason = outcomeOfResult(result, NORMAL);
    } catch (error) {
      reason = outcomeOfThrow(error);
    }
    if (running) this.#upWhenReady(spec);
    else if (this.#readiness === 'said' || !spec.awaitReady) this.#up();
    if (running) this.#watch(running);
    else this.#endWith(reason);
  }

  #run(spec: Task<unknown[]>, context: ChildContext): unknown {
    const { child, process } = this;
    if (process.tree.faultScope) return this.#inScope(() => spec.run(context, ...child.args));
    // To spread a list takes time, and most have one argument, or none.
    if (child.hasOneArg) return spec.run(context, child.onlyArg);
    return child.args.length === 0 ? spec.run(context) : spec.run(context, ...child.args);
  }

  /** Bound and not closures: two of those with what they see take more memory than all else of one that runs. */
  #watch(running: Promise<unknown>): void {
    this.#isBusy = true;
    running.then(this.#fulfilled.bind(this), this.#rejected.bind(this));
  }

  /** The promise of `run` has settled. */
  #fulfilled(result: unknown): void {
    this.#settled(outcomeOfResult(result, this.#isAsked() ? SHUTDOWN : NORMAL));
  }

  /** The promise of `start` or `run` was rejected. */
  #rejected(error: unknown): void {
    this.#settled(this.#reasonOfRejection(error));
  }

  #startService(spec: Service<unknown, unknown[]>, context: ChildContext): void {
    let starting: unknown;
    try {
      starting = this.#inScope(() => spec.start(context, ...this.child.args));
    } catch (error) {
      return this.#endWith(outcomeOfThrow(error));
    }
    const later = pending(starting);
    if (!later) return this.#startedWith(starting);
    this.#isBusy = true;
    later.then((value) => {
      this.#isBusy = false;
      this.#startedWith(value);
      this.process.tree.run();
    }, this.#rejected.bind(this));
  }

  #startedWith(value: unknown): void {
    if (value === ignore) return this.#endWith(IGNORED);
    this.#value = value;
    // It may have been asked to stop, or have failed, before it was up: then it only has to be given back.
    if (this.#phase === 'ending' || this.#outcome !== undefined) this.#goOn();
    else this.#upWhenReady(this.child.spec as Service);
  }

  #upWhenReady({ awaitReady }: AnySpec | Service): void {
    if (!awaitReady || this.#readiness === 'said') this.#up();
    else this.#readiness = 'due';
  }

  #upIfReady(): void {
    if (this.#phase === 'starting' && this.#outcome === undefined) this.#up();
  }

  #up(): void {
    this.#phase = 'running';
    // Of a task that is up as soon as it is called its supervisor may know that already.
    if (this.child.status === 'running') return;
    this.#answer({ type: 'started', child: this.child, incarnation: this.incarnation });
  }

  /** The promise of `run` has settled, or that of `start` was rejected. */
  #settled(reason: ExitReason): void {
    this.#isBusy = false;
    this.#decide(reason);
    this.process.tree.goOn(this);
  }

  /** Called by the tree, when it is its turn. */
  handle(): void {
    this.#goOn();
  }

  // --- how it ends ---

  #endWith(reason: ExitReason): void {
    this.#decide(reason);
    this.#goOn();
  }

  /** The first reason counts; a failure that comes later is told of, and changes nothing. */
  #decide(reason: ExitReason): boolean {
    if (this.#outcome === undefined) {
      this.#outcome = reason;
      return true;
    }
    // One error that comes in two ways (thrown, and by `fail`) is no second failure.
    const { kind, error } = this.#outcome as { readonly kind: string; readonly error?: unknown };
    if (kind !== 'crash' || reason.kind !== 'crash' || error !== reason.error) this.#lateFault(reason);
    return false;
  }

  #lateFault(reason: ExitReason): void {
    if (reason.kind !== 'crash') return;
    this.#tell('child:late-fault', { error: toWire(reason.error) });
  }

  /** Begins to end, or goes on with it. */
  #goOn(): void {
    if (this.#phase === 'ended') return;
    if (this.#holdsNothing()) return this.#endAtOnce();
    // Whoever is broken off while it hangs is at that, and not at its end.
    if (!this.#ending) this.#begin(this.#isBusy ? this.#stage() : 'cleaning-up', false);
    this.#release();
  }

  /** Is there nothing to wait for, to abort, to wake, to call or to clean up? So it is with most that crash. */
  #holdsNothing(): boolean {
    return (
      !this.#isBusy &&
      this.#ending === undefined &&
      this.#controller === undefined &&
      this.#sleepers === undefined &&
      this.#cleanUp === undefined &&
      !this.#hasToStop()
    );
  }

  /** Its end is one moment, of which nothing need be kept. */
  #endAtOnce(): void {
    const wasUp = this.#phase === 'running';
    this.#phase = 'ended';
    this.#tellEnd(wasUp, false);
  }

  #begin(phase: UnstoppedChild['phase'], isAsked: boolean): void {
    this.#ending = new Ending(phase, this.#phase === 'running', isAsked, this.child.lastExit);
    this.#phase = 'ending';
    this.#abort();
  }

  /** What it is at while it has not to end. */
  #stage(): 'starting' | 'running' {
    return this.#phase === 'running' ? 'running' : 'starting';
  }

  #hasValue(): boolean {
    return this.#value !== NOTHING;
  }

  #isAsked(): boolean {
    return this.#ending?.isAsked === true;
  }

  #isReported(): boolean {
    return this.#ending ? this.#ending.isReported : this.#phase === 'ended';
  }

  /** Is it ending, or has it ended? */
  #mustEnd(): boolean {
    return this.#phase === 'ending' || this.#phase === 'ended';
  }

  #abort(): void {
    const controller = this.#controller;
    this.#sleepers?.wake(this.#whyItEnds());
    if (controller) this.#inScope(() => controller.abort(this.#whyItEnds()));
  }

  #whyItEnds(): CoppiceError {
    const known = this.#ending?.reason;
    if (known) return known;
    const code = this.#isAsked() ? 'COPPICE_STOP_REQUESTED' : 'COPPICE_ENDED';
    const reason = coppiceError(code, { path: this.path });
    if (this.#ending) this.#ending.reason = reason;
    return reason;
  }

  /** Cleans up, as soon as nothing is under way any more. */
  #release(): void {
    const ending = this.#ending;
    if (!ending || ending.isReleasing) return;
    if (this.#isBusy) return this.#takesTime(ending);
    ending.isReleasing = true;
    if (this.#hasToStop()) this.#addStop();
    if (this.#cleanUp === undefined) this.#ended(ending);
    else this.#cleanUpAll(ending, this.#cleanUp);
  }

  #hasToStop(): boolean {
    return this.#hasValue() && (this.child.spec as Service).stop !== undefined;
  }

  /** The steps are taken from the last to the first: a service's `stop` before all that was deferred. */
  #addStop(): void {
    const stop = this.#step(
      () => (this.child.spec as Service).stop?.(this.#value),
      (error) => this.#stopFailed(error),
    );
    (this.#cleanUp ??= []).push(stop);
  }

  /** In a function of its own: most have nothing to clean up, and make no closures for it. */
  #cleanUpAll(ending: Ending, cleanUp: CleanUpStep[]): void {
    let isLater = false;
    const takesTime = (): void => {
      isLater = true;
      this.#takesTime(ending);
    };
    takeLastFirst(cleanUp, takesTime, () => {
      this.#ended(ending);
      if (isLater) this.process.tree.run();
    });
  }

  #stopFailed(error: unknown): void {
    if (this.#isAsked() && this.#outcome === undefined) this.#outcome = this.#reasonOfRejection(error);
    else this.#cleanUpFailed(error);
  }

  #ended(ending: Ending): void {
    this.#phase = 'ended';
    // An error whose stack nobody has read keeps those whose code threw it: this would be a chain of all crashes.
    ending.previousExit = undefined;
    if (!ending.isReported) return this.#report(ending);
    const { tree } = this.process;
    tree.abandoned.delete(this);
    const afterMs = tree.clock.now() - ending.abandonedAt;
    this.#tell('child:settled', { afterMs });
  }

  #step(code: () => unknown, failed = (error: unknown): void => this.#cleanUpFailed(error)): CleanUpStep {
    return { code: () => this.#inScope(code), failed };
  }

  #cleanUpFailed(error: unknown): void {
    this.#tell('child:cleanup-failed', { error: toWire(error) });
  }

  // --- what its supervisor is told ---

  /** It ends by itself, but not at once: its supervisor sees to it that it ends in time. */
  #takesTime(ending: Ending): void {
    ending.since ??= this.process.tree.clock.now();
    if (ending.isAsked || ending.isReported || this.#phase !== 'ending') return;
    const { child, incarnation } = this;
    this.#answer({ type: 'ending', child, incarnation, reason: this.#outcome ?? SHUTDOWN });
  }

  #report(ending: Ending): void {
    ending.isReported = true;
    this.#sleepers?.over();
    this.#tellEnd(ending.wasUp, ending.isAsked);
  }

  #tellEnd(wasUp: boolean, isAsked: boolean): void {
    const { child, incarnation } = this;
    if (child.runtime === this) child.runtime = undefined;
    const reason = this.#outcome ?? SHUTDOWN;
    const errorClass = isAsked ? undefined : this.#classOf(reason);
    if (wasUp || isAsked) this.#answer({ type: 'exited', child, incarnation, reason, errorClass });
    else if (reason === IGNORED) this.#answer({ type: 'ignored', child, incarnation });
    else {
      const error = this.#startError(reason);
      this.#answer({ type: 'start-failed', child, incarnation, error, errorClass });
    }
  }

  /** What the user says of an error; whoever cannot say it is told so. */
  #classOf(reason: ExitReason): ErrorClass | undefined {
    const spec = this.child.spec as AnySpec;
    if (!spec.classify || reason.kind !== 'crash') return undefined;
    const said = attemptClass(() => this.#inScope(() => spec.classify?.(reason.error)), this.path);
    if (typeof said === 'string') return said;
    this.#tell('child:classify-failed', { error: toWire(said.error) });
    return 'transient';
  }

  #startError(reason: ExitReason): unknown {
    if (reason.kind === 'crash') return reason.error;
    return coppiceError('COPPICE_ENDED_AT_START', { path: this.path, kind: reason.kind });
  }

  #answer(message: Parameters<SupervisorProcess['tell']>[0]): void {
    this.process.tell(message);
  }

  #tell<N extends ChildEventName>(type: N, facts: FactsOf<N>): void {
    const { process, child, incarnation } = this;
    if (!process.tree.events.isHeard) return;
    const event = childEvent(type, process.state, child, facts);
    process.tree.events.emit(process.path, { ...event, incarnation } as EventBody);
  }

  /** Ending with the abort of its own signal is what it was asked for; with any other it is a crash. */
  #reasonOfRejection(error: unknown): ExitReason {
    const isAbort = this.#ending?.reason !== undefined && isAbortOf(this.#ending.reason, error);
    return isAbort ? SHUTDOWN : outcomeOfThrow(error);
  }
}
