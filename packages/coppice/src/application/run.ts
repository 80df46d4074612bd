/** `run()`: the application has the process, from the first hook to the exit code, and gives it back. */
import {
  type ChildStatus,
  CommandError,
  type EventOf,
  type HealthChange,
  type StopReport,
  type SupervisorSpec,
  type UnstoppedChild,
  isCoppiceError,
} from '@coppice/core';
import { checkOptions, show } from '@coppice/core/kit';
import { startWatching } from '../event-loop/index.js';
import { type Fault, FaultDomain } from '../faults/index.js';
import { budgetWarning, isNotWaitedFor } from './budgets.js';
import { ApplicationError } from './errors.js';
import { flush, lastLine } from './exit.js';
import { tellOfChildren } from './failures.js';
import type { Lifecycle } from './lifecycle.js';
import { tellParentReady, tellSystemd } from './notify.js';
import { oneAttemptOf } from './one-attempt.js';
import { ownProcess } from './owner.js';
import { record } from './records.js';
import { exitCodeFor, foreignListeners, listenForSignals } from './signals.js';
import type { RunOptions } from './types.js';

/** Runs an application as the owner of this process. */
export async function runAsOwner(
  spec: SupervisorSpec,
  lifecycle: Lifecycle,
  options: RunOptions,
): Promise<number> {
  const { exit = true } = checkOptions('run', options, ['exit']);
  if (typeof exit !== 'boolean') {
    const details = { call: 'run', expected: 'exit: true or false', got: show(exit) };
    throw new CommandError('COPPICE_INVALID_ARGUMENT', details);
  }
  const { state, logger } = lifecycle;
  if (state) throw new ApplicationError('COPPICE_APP_ALREADY_RUNNING', { path: spec.id, state });
  const disown = ownProcess(spec.id);
  const run = new Run(spec, lifecycle);
  try {
    const exitCode = await run.untilDown();
    await flush(logger);
    if (exit) process.exit(exitCode);
    return exitCode;
  } finally {
    run.release();
    disown();
  }
}

class Run {
  readonly #spec: SupervisorSpec;
  readonly #lifecycle: Lifecycle;
  readonly #faults: FaultDomain;
  /** What has to be given back, the last one first. */
  readonly #taken: (() => void)[] = [];
  #stoppingAt: number | undefined = undefined;
  /** It began to stop without having been asked to. */
  #endsByItself = false;
  #hasFault = false;
  /** Children that were ended by force while all was being stopped. */
  readonly #killed: string[] = [];
  /** When whoever was given up was given up. */
  readonly #abandonedAt = new Map<string, number>();
  /** How many listeners of each signal are ours, and whose others were told of. */
  #isUp = false;
  #listeners = 0;
  readonly #told = new Set<NodeJS.Signals>();

  constructor(spec: SupervisorSpec, lifecycle: Lifecycle) {
    this.#spec = spec;
    this.#lifecycle = lifecycle;
    this.#faults = new FaultDomain({
      ...lifecycle.settings.faults,
      onFault: (fault) => this.#tellFault(fault),
      onFatal: () => {
        this.#hasFault = true;
        this.#stop('a fault');
      },
    });
  }

  /** Starts it, and resolves with the exit code when it is down again. */
  async untilDown(): Promise<number> {
    this.#take();
    const { tree } = this.#lifecycle;
    const startedAt = performance.now();
    const starting = this.#lifecycle.start();
    const ended = tree.whenStopped();
    try {
      await starting;
      this.#ready(performance.now() - startedAt);
    } catch (error) {
      const isAsked = this.#stoppingAt !== undefined && !this.#endsByItself;
      if (!isAsked || error instanceof ApplicationError) {
        return this.#startFailed(whyInterrupted(error), await ended);
      }
    }
    const report = await ended;
    await this.#lifecycle.settled();
    return this.#sumUp(report);
  }

  /** Gives the process back as it was. */
  release(): void {
    for (let giveBack = this.#taken.pop(); giveBack; giveBack = this.#taken.pop()) giveBack();
  }

  #take(): void {
    const { settings, tree } = this.#lifecycle;
    const faults = this.#faults;
    this.#lifecycle.owner = {
      faultScope: faults.scope,
      get isTainted() {
        return faults.isTainted;
      },
      stopping: (because, drainMs) => this.#stopping(because, drainMs),
      healthChanged: (change) => this.#healthChanged(change),
    };
    this.#taken.push(() => (this.#lifecycle.owner = undefined));
    // A log that nobody can read any longer (`| head`, a full disk) must not end what works.
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', ignore);
      this.#taken.push(() => stream.off('error', ignore));
    }
    if (settings.logger === undefined) this.#taken.push(this.#tellFailures());
    // Children that wait for promises only do not keep a process alive.
    const hold = setInterval(() => {}, 2 ** 30);
    this.#taken.push(() => clearInterval(hold));
    if (settings.eventLoop) {
      const watch = startWatching(this.#spec.id, settings.eventLoop, (block) => {
        this.#record('event-loop-blocked', block);
      });
      this.#taken.push(() => watch.stop());
    }
    this.#warn();
    this.#taken.push(
      listenForSignals(settings.signals, {
        first: (signal) => this.#stop(signal),
        again: (signal) => this.#exitNow(signal),
      }),
    );
    this.#listeners = 1;
    faults.install();
    this.#taken.push(() => faults.uninstall());
    // It may end by itself; the deadline holds for that end too.
    const noteKilled = ({ path, reason, kind }: EventOf<'child:stopped'>): void => {
      if (this.#stoppingAt !== undefined && reason.kind === 'killed' && !kind.includes('supervisor')) {
        this.#killed.push(path);
      }
    };
    tree.on('child:stopped', noteKilled);
    this.#taken.push(() => tree.off('child:stopped', noteKilled));
    const noteAbandoned = (event: EventOf<'child:abandoned' | 'child:settled'>): void => {
      const incarnation = `${event.path} ${event.incarnation}`;
      if (event.type === 'child:abandoned') this.#abandonedAt.set(incarnation, Date.now());
      else this.#abandonedAt.delete(incarnation);
    };
    for (const name of ['child:abandoned', 'child:settled'] as const) {
      tree.on(name, noteAbandoned);
      this.#taken.push(() => tree.off(name, noteAbandoned));
    }
    const endsByItself = ({ because }: EventOf<'supervisor:stopping'>): void => {
      this.#endsByItself ||= this.#stoppingAt === undefined;
      this.#stoppingAt ??= performance.now();
      this.#stop(because === 'gave-up' ? 'it has given up' : 'it ends by itself');
    };
    tree.own.on('supervisor:stopping', endsByItself);
    this.#taken.push(() => tree.own.off('supervisor:stopping', endsByItself));
  }

  /** Without a logger of the user's nobody else may tell: no child fails in silence. */
  #tellFailures(): () => void {
    return tellOfChildren(this.#lifecycle.tree, (path, news) => {
      if (news.name === 'child-failed') this.#record(news.name, { path, what: news.what, err: news.err });
      else this.#record(news.name, { path, what: news.what });
    });
  }

  /** What is allowed but probably not meant. */
  #warn(): void {
    const { shutdownMs, drainMs, isDeadlineChosen } = this.#lifecycle.settings;
    this.#warnOfListeners();
    const message = budgetWarning(this.#spec, shutdownMs - drainMs, isDeadlineChosen);
    if (message !== undefined) this.#record('warning', { code: 'COPPICE_APP_SHORT_DEADLINE', message });
  }

  /** Told again when it is up: many install theirs while they start. */
  #warnOfListeners(): void {
    for (const { signal, count } of foreignListeners(this.#lifecycle.settings.signals, this.#listeners)) {
      if (this.#told.has(signal)) continue;
      this.#told.add(signal);
      const message =
        `${count === 1 ? 'another listener' : `${count} other listeners`} of ${signal} may end the process before all ` +
        `is stopped. Take it away (in Nest: no enableShutdownHooks), or leave the signal to it with ` +
        `\`signals\` without '${signal}', and have it call stop()`;
      this.#record('warning', { code: 'COPPICE_APP_FOREIGN_LISTENER', message });
    }
  }

  #ready(startMs: number): void {
    if (this.#stoppingAt !== undefined || this.#lifecycle.tree.snapshot().phase !== 'running') return;
    this.#warnOfListeners();
    this.#isUp = true;
    this.#record('ready', { startMs: Math.round(startMs), children: this.#spec.children.length });
    tellParentReady();
    this.#tellSystemd('READY=1');
  }

  /** That it is not ready before it is up, and when it stops, goes without saying. */
  #healthChanged({ isReady, afterMs, reasons }: HealthChange): void {
    if (!this.#isUp || this.#stoppingAt !== undefined) return;
    if (isReady) this.#record('ready-again', { afterMs: Math.round(afterMs) });
    else this.#record('unready', { reasons });
  }

  #stop(because: string): void {
    // Only somebody who asks for it politely is drained for.
    const drain = because.startsWith('SIG');
    void this.#lifecycle.stop({ because, drain });
  }

  #stopping(because: string, drainMs: number): void {
    this.#stoppingAt = performance.now();
    const { shutdownMs } = this.#lifecycle.settings;
    this.#record('stopping', { because, drainMs, shutdownMs });
    this.#tellSystemd('STOPPING=1');
  }

  #startFailed(err: unknown, { unstopped }: StopReport): number {
    this.#tellUnstopped(unstopped);
    const oneAttempt = oneAttemptOf(this.#spec, err);
    this.#record('start-failed', { err, exitCode: FAILED, ...(oneAttempt !== undefined && { oneAttempt }) });
    return FAILED;
  }

  #sumUp({ reason, unstopped }: StopReport): number {
    const left = this.#tellUnstopped(unstopped);
    const names = left.map(({ path }) => path);
    const killed = this.#killed.filter((path) => !names.includes(path) && !isNotWaitedFor(this.#spec, path));
    if (reason.kind === 'crash') this.#endsWith(reason.error);
    else if (reason.kind === 'shutdown' && reason.cause !== undefined) this.#endsWith(reason.cause);
    else if (reason.kind === 'killed' || left.length > 0) {
      const { shutdownMs } = this.#lifecycle.settings;
      this.#record('incomplete', { unstopped: names, killed, shutdownMs, exitCode: FAILED });
    } else {
      const exitCode = this.#hasFault ? FAILED : 0;
      const stopMs = Math.round(performance.now() - (this.#stoppingAt ?? 0));
      this.#record('stopped', { stopMs, killed, exitCode });
      return exitCode;
    }
    return FAILED;
  }

  #endsWith(err: unknown): void {
    const hasGivenUp = isCoppiceError(err, 'COPPICE_GAVE_UP') || isCoppiceError(err, 'COPPICE_CHILD_GAVE_UP');
    this.#record(hasGivenUp ? 'gave-up' : 'failed', { err, exitCode: FAILED });
  }

  /** Those that were waited for and did not stop. */
  #tellUnstopped(unstopped: readonly UnstoppedChild[]): UnstoppedChild[] {
    const left = unstopped.filter(({ path }) => !isNotWaitedFor(this.#spec, path));
    const resources = left.length > 0 ? process.getActiveResourcesInfo() : [];
    for (const child of left) {
      // It may have been given up long ago.
      const abandonedAt = this.#abandonedAt.get(`${child.path} ${child.incarnation}`) ?? Date.now();
      const since = new Date(abandonedAt - child.waitedMs).toISOString();
      this.#record('unstopped', { ...child, since, resources });
    }
    return left;
  }

  #tellFault({ error: err, owner, outcome, why, limit, origin, attribution }: Fault): void {
    const facts = { err, path: owner?.path, origin, attribution };
    if (outcome === 'fatal')
      this.#record('fatal-fault', { ...facts, why: why ?? 'faults: label', ...(limit && { limit }) });
    else this.#record('fault', { ...facts, outcome });
  }

  /** The second signal: no waiting, and therefore only what can be written at once. */
  #exitNow(signal: NodeJS.Signals): void {
    const code = exitCodeFor(signal);
    lastLine(`${this.#spec.id}: ${signal} again: ended at once (exit ${code})${this.#whatIsLeft()}`);
    process.exit(code);
  }

  #whatIsLeft(): string {
    const left = this.#lifecycle.tree.snapshot().children.filter(({ status }) => ALIVE.includes(status));
    const list = left.slice(0, 10).map(({ path, status }) => `${path} (${status})`);
    return list.length === 0 ? '' : `; not down: ${list.join(', ')}`;
  }

  #tellSystemd(state: 'READY=1' | 'STOPPING=1'): void {
    tellSystemd(state, (why) =>
      this.#record('warning', {
        code: 'COPPICE_APP_SYSTEMD_NOTIFY',
        message: `systemd waits for ${state}, and systemd-notify could not tell it: ${why}`,
      }),
    );
  }

  #record: RecordOf = (name, facts) => record(this.#lifecycle.logger, this.#spec.id, name, facts);
}

/** The exit code of what did not go well. */
const FAILED = 1;

/** Nobody has asked for a start that broke off to do so: what it broke off for is the error. */
function whyInterrupted(error: unknown): unknown {
  const isByItself = isCoppiceError(error, 'COPPICE_START_INTERRUPTED') && error.cause !== undefined;
  return isByItself ? error.cause : error;
}

/** Those of a child that still runs, somehow. */
const ALIVE: readonly ChildStatus[] = ['starting', 'running', 'stopping', 'killing'];

type RecordOf = <N extends Parameters<typeof record>[2]>(
  name: N,
  facts: Parameters<typeof record<N>>[3],
) => void;

const ignore = (): void => {};
