/**
 * How each operation is carried on. An operation walks over children: forwards to start them, backwards
 * to stop them, one at a time; whenever it waits for a child, the walk stands at it (`cursor`).
 */
import { missing } from './bonds.js';
import { type Child, isAlive } from './child.js';
import { type CoppiceError, coppiceError, messageOf } from './errors.js';
import { type ExitReason, KILLED } from './exit-reason.js';
import { type Ending, backoffOf, judge } from './failures.js';
import { begin, scopeOf } from './begin.js';
import { advanceSwap } from './swap.js';
import { holdGroup, leadsGroup } from './group.js';
import { recoveryOf } from './recovery.js';
import { report, reportNoRestart } from './report.js';
import { launch } from './launch.js';
import { shareOut } from './stop-budget.js';
import { boundScope } from './strategy.js';
import type { Operation, Supervisor } from './supervisor.js';
import { backOff, dropIfGone, forget, park, retire, setTimer, settle } from './transitions.js';
import { retireAll, startNext, startOne, stopNext } from './walks.js';
import { reasonToWire, toWire } from './wire.js';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

function done(s: Supervisor): void {
  s.operation = undefined;
  s.cursor = undefined;
}

/** Does the operation at hand end the supervisor? */
export const isEnding = (operation: Operation | undefined): boolean =>
  operation?.kind === 'undo' || operation?.kind === 'shutdown';

/** One move of the operation at hand; called when it waits for nothing. */
export function advance(s: Supervisor, operation: Operation): void {
  switch (operation.kind) {
    case 'boot': {
      const isHeld = s.bootWaitsFor.length > 0;
      const mayGoOn = !isHeld || s.policy.startOrder === 'parallel';
      if (mayGoOn && operation.scope && startNext(s, operation.scope)) return;
      return isHeld ? holdBoot(s, operation) : up(s);
    }
    case 'undo':
      if (undoNext(s, operation)) return;
      return bootFailed(s, operation);
    case 'restart':
      return advanceRestart(s, operation);
    case 'swap':
      return advanceSwap(s, operation) ? undefined : done(s);
    case 'start-child': {
      const { child, to } = operation;
      if (startOne(s, child)) return;
      s.effects.push({ type: 'reply', to, child });
      return follow(s, child);
    }
    case 'terminate-child': {
      const { child, scope, to } = operation;
      if (stopNext(s, scope)) return;
      s.effects.push({ type: 'reply', to, child });
      return done(s);
    }
    case 'release':
      if (stopNext(s, operation.scope)) return;
      return done(s);
    case 'shutdown': {
      const { first, last } = s.children;
      if (s.stopsAtOnce) {
        if (retireAll(s)) return;
      } else if (first && last && stopNext(s, { first, last })) return;
      return down(s, operation.reason);
    }
  }
}

function advanceRestart(s: Supervisor, operation: Of<'restart'>): void {
  const { failed, scope, isAlone, delayMs, to } = operation;
  if (operation.starting) {
    if (startNext(s, scope)) return isForItself(s, operation) ? leave(s, failed, isAlone) : undefined;
    if (to !== undefined) answerRestarted(s, operation);
    return done(s);
  }
  if (stopNext(s, scope)) return;
  // Those at the ends may have gone for good.
  operation.scope = scopeOf(s, failed, isAlone);
  if (delayMs > 0) {
    // All that had to go down is down; the delay comes before the first of them starts.
    if (!isAlone) holdGroup(s, failed, operation.scope);
    backOff(s, failed, delayMs);
    return done(s);
  }
  if (operation.replacement) s.children.setSpec(failed, operation.replacement.spec);
  operation.starting = true;
  s.cursor = undefined;
}

/**
 * In a parallel supervisor nobody waits for a child that is started again by itself: it may take long to connect,
 * and the crashes, delays and commands of its siblings have nothing to do with that.
 */
function isForItself({ policy }: Supervisor, { failed, scope, to, replacement }: Of<'restart'>): boolean {
  if (policy.startOrder !== 'parallel' || to !== undefined || replacement) return false;
  const isSingle = scope.first === failed && scope.last === failed && scope.only === undefined;
  return isSingle && (failed.bonds?.from.length ?? 0) === 0;
}

/** Goes on while the child starts; how that went is dealt with when it says so (`onStarted`, `retryForItself`). */
function leave(s: Supervisor, child: Child, isAlone: boolean): void {
  if (isAlone) recoveryOf(child).isAlone = true;
  settle(s, child);
  done(s);
}

/**
 * Who asked for a restart hears of it; what the child is bound to may have gone down before it was its turn. A new
 * declaration is in place all the same: it comes up with that one.
 */
function answerRestarted(
  s: Supervisor,
  { failed: child, replacement, to }: Pick<Of<'restart'>, 'failed' | 'replacement' | 'to'>,
): void {
  const other = child.status === 'waiting' && child.bonds ? missing(child) : undefined;
  if (other && !replacement) refuse(s, to, boundError(s, child, other));
  else s.effects.push({ type: 'reply', to, child });
}

/** Nothing is started whose ground is missing. */
export const boundError = (s: Supervisor, { id }: Child, other: Child): CoppiceError =>
  coppiceError('COPPICE_BOUND', {
    path: `${s.path}/${id}`,
    supervisor: s.path,
    id,
    other: `${s.path}/${other.id}`,
    status: other.status,
  });

/** A child is up by itself: those that wait for it follow. */
export function follow(s: Supervisor, child: Child): void {
  if (child.status !== 'running' || !child.bonds || child.bonds.from.length === 0) return done(s);
  const operation = { kind: 'restart', failed: child, starting: true, isAlone: true, delayMs: 0 } as const;
  begin(s, { ...operation, scope: boundScope(child), to: undefined });
}

function undoNext(s: Supervisor, operation: Of<'undo'>): boolean {
  const child = s.cursor === undefined ? s.children.last : s.cursor.previous;
  if (child === undefined) return false;
  s.cursor = child;
  if (isAlive(child.status) || child.status === 'exited') operation.undone.push(child.id);
  retire(s, child);
  return true;
}

/** A boot that waits for a delay to be over keeps nothing else from going on: crashes, commands, a stop. */
function holdBoot(s: Supervisor, operation: Of<'boot'>): void {
  s.heldBoot = { operation, cursor: s.cursor };
  done(s);
}

/** Goes on with the boot if all that it waits for are up, or down for another reason. */
export function resumeBoot(s: Supervisor): boolean {
  const waited = s.bootWaitsFor;
  for (let last = waited.at(-1); last && !isTried(last); last = waited.at(-1)) waited.pop();
  if (waited.length > 0 || !s.heldBoot) return false;
  const { operation, cursor } = s.heldBoot;
  s.heldBoot = undefined;
  begin(s, operation);
  s.cursor = cursor;
  return true;
}

const isTried = ({ isPresent, recovery, status }: Child): boolean =>
  isPresent &&
  recovery?.isBooting === true &&
  (status === 'backing-off' || status === 'restarting' || status === 'waiting' || isAlive(status));

function up(s: Supervisor): void {
  s.phase = 'running';
  s.effects.push({ type: 'up' });
  if (s.observed) {
    const { path, lost } = s;
    report(s, { type: 'supervisor:started', path, startMs: s.now - s.startedAt, lost });
  }
  done(s);
}

function bootFailed(s: Supervisor, { failed, error, undone }: Of<'undo'>): void {
  s.phase = 'stopped';
  refuseWaiting(s);
  const list = undone.length === 0 ? '' : `; stopped again: ${undone.join(', ')}`;
  const failure = coppiceError(
    'COPPICE_START_FAILED',
    { path: `${s.path}/${failed.id}`, reason: messageOf(error), undone: list },
    error,
  );
  if (s.observed) {
    const child = `${s.path}/${failed.id}`;
    report(s, { type: 'supervisor:start-failed', path: s.path, child, error: toWire(failure), undone });
  }
  s.effects.push({ type: 'start-failed', error: failure });
  done(s);
}

function down(s: Supervisor, planned: ExitReason): void {
  const reason = s.killing ? KILLED : planned;
  s.phase = 'stopped';
  if (s.observed) report(s, { type: 'supervisor:stopped', path: s.path, reason: reasonToWire(reason) });
  s.effects.push({ type: 'down', reason });
  done(s);
}

/** Ends whatever is at hand and begins the end. What is waiting for an answer is refused. */
export function beginShutdown(s: Supervisor, reason: ExitReason): void {
  const operation = s.operation;
  if (operation?.kind === 'start-child') refuse(s, operation.to, notRunning(s));
  if (operation?.kind === 'swap') {
    if (!operation.isSwapped) s.children.remove(operation.candidate);
    refuse(s, operation.to, notRunning(s));
  }
  if (operation?.kind === 'restart' && operation.to !== undefined) refuse(s, operation.to, notRunning(s));
  refuseWaiting(s);
  s.phase = 'stopping';
  s.endedWith = s.children.size;
  if (s.observed) {
    const { path, endCause: because, endBy: by = null } = s;
    report(s, { type: 'supervisor:stopping', path, because, by, reason: reasonToWire(reason) });
  }
  if (s.deadlineAt !== undefined) {
    s.deadlineMs = Math.max(0, s.deadlineAt - s.now);
    shareOut(s);
  }
  begin(s, { kind: 'shutdown', reason });
}

/** Nobody is left without an answer; exits and retries that wait are void. */
function refuseWaiting(s: Supervisor): void {
  for (let waiting = s.mailbox.shift(); waiting; waiting = s.mailbox.shift()) {
    if (waiting.type === 'command') refuse(s, waiting.command.to, notRunning(s));
  }
}

/** A child that the operation was starting did not start. */
export function startFailed(s: Supervisor, child: Child, error: unknown): void {
  const operation = s.operation;
  switch (operation?.kind) {
    case 'boot': {
      if (child.spec.boot === 'fail') return undo(s, child, error);
      // If the end of all has come meanwhile, there is no next attempt.
      if (s.stopReason !== undefined) return reportNoRestart(s, child, 'stopping');
      const verdict = bootAgain(s, child);
      if (verdict) return undo(s, child, verdict.error ?? error);
      if (child.spec.boot === 'retry' && child.status === 'backing-off') s.bootWaitsFor.push(child);
      return;
    }
    case 'swap':
      s.children.remove(operation.candidate);
      refuse(s, operation.to, startError(s, child, error));
      return done(s);
    case 'restart': {
      if (operation.replacement && child === operation.failed) return putBack(s, operation, error);
      // What is not started again is gone, also if somebody wanted it once more.
      if (child.spec.restart === 'temporary') {
        reportNoRestart(s, child, 'temporary');
        answerFailed(s, operation, child, error);
        return forget(s, child, 'start-failed');
      }
      if (operation.isAlone) recoveryOf(child).isAlone = true;
      retrySoon(s, child);
      answerFailed(s, operation, child, error);
      // Those that are being started with it go on, if its next attempt is not theirs as well.
      if (s.policy.startOrder === 'parallel' || s.policy.strategy === 'one-for-one') return;
      if (!leadsGroup(child)) return;
      // Those before it have had their turn.
      holdGroup(s, child, { ...operation.scope, first: child });
      return done(s);
    }
    case 'start-child': {
      const { isNew, to } = operation;
      const mayBeKept = isNew && child.spec.boot !== 'fail' && s.stopReason === undefined;
      const isKept = mayBeKept && bootAgain(s, child) === undefined;
      if (isKept) {
        s.effects.push({ type: 'reply', to, child });
        return done(s);
      }
      reportNoRestart(s, child, 'answered');
      if (isNew) forget(s, child, 'start-failed');
      else dropIfGone(s, child, 'start-failed');
      refuse(s, to, startError(s, child, error));
      return done(s);
    }
    default:
      return;
  }
}

/** The new declaration did not start: the old one is started again, as any child that has to be restarted. */
function putBack(s: Supervisor, operation: Of<'restart'>, error: unknown): void {
  const { failed, replacement } = operation;
  if (!replacement) return;
  answerFailed(s, operation, failed, error);
  s.children.setSpec(failed, replacement.old);
  // If the end of all has come meanwhile, nothing is started any more.
  if (s.stopReason === undefined) launch(s, failed);
  else reportNoRestart(s, failed, 'stopping');
  operation.replacement = undefined;
}

/** Who asked for a restart hears how it went with that child; what becomes of those that follow it is not asked. */
function answerFailed(s: Supervisor, operation: Of<'restart'>, child: Child, error: unknown): void {
  const { to, failed } = operation;
  if (to === undefined) return;
  operation.to = undefined;
  if (child === failed) refuse(s, to, startError(s, child, error));
  else s.effects.push({ type: 'reply', to, child: failed });
}

/** A child failed to start that no operation waits for. */
export function retryForItself(s: Supervisor, child: Child): void {
  if (child.spec.restart !== 'temporary') return retrySoon(s, child);
  reportNoRestart(s, child, 'temporary');
  forget(s, child, 'start-failed');
}

/**
 * The next attempt goes through the mailbox, and not before others had their turn: a command, or a stop,
 * gets in between. From now on it is this child that is retried, with its own scope.
 */
function retrySoon(s: Supervisor, child: Child): void {
  s.children.setStatus(child, 'restarting');
  // Where a delay follows anyway, it may as well begin now.
  if (backoffOf(s, child)) s.mailbox.push({ type: 'retry', child, incarnation: child.incarnation });
  else setTimer(s, child, 0);
}

/** It does not come up: what has started is stopped again. */
export function undo(s: Supervisor, failed: Child, error: unknown): void {
  letGo(s);
  // In sequence there is nothing to stop behind it, but after a boot that was held.
  const isInOrder = s.operation?.kind === 'boot' && s.policy.startOrder !== 'parallel';
  begin(s, { kind: 'undo', failed, error, undone: [] });
  let next = isInOrder ? s.children.last : undefined;
  for (; next && next !== failed && next.incarnation === 0; next = next.previous) s.cursor = next;
  if (next === failed) s.cursor = failed;
}

/** Waits no longer for those that are being started: each is stopped when it is its turn. */
export function letGo(s: Supervisor): void {
  if (s.awaited === 0) return;
  for (const child of s.children) if (child.status === 'starting') settle(s, child);
}

/** It did not start at boot, but its `boot` says that this is not the end of it; unless it gives up. */
function bootAgain(s: Supervisor, child: Child): Ending | undefined {
  const recovery = recoveryOf(child);
  recovery.isBooting = true;
  recovery.isAlone = true;
  const judgement = judge(s, child, 'start-failed');
  switch (judgement.verdict) {
    case 'restart':
      backOff(s, child, judgement.delayMs);
      return undefined;
    case 'escalate':
      return judgement;
    case 'exit':
      s.effects.push({ type: 'exit', error: judgement.error });
      return judgement;
    default:
      park(s, child);
      return undefined;
  }
}

const startError = (s: Supervisor, child: Child, error: unknown): CoppiceError =>
  coppiceError('COPPICE_START_FAILED', { path: `${s.path}/${child.id}`, reason: messageOf(error) }, error);

export function refuse(s: Supervisor, to: unknown, error: CoppiceError): void {
  s.effects.push({ type: 'refuse', to, error });
}

export const notRunning = (s: Supervisor): CoppiceError =>
  coppiceError('COPPICE_NOT_RUNNING', {
    path: s.path,
    state: s.phase === 'idle' ? 'it was not started yet' : 'it is stopping, or has stopped',
  });
