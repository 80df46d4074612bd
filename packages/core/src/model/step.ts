/**
 * The supervisor as a deterministic state machine: `step` takes in one message and returns the effects
 * that an interpreter has to perform; what they bring about comes back as messages.
 *
 * A supervisor does one thing at a time, as OTP's does: its `operation`. What has to wait for it (exits
 * to decide on, due restart attempts, commands) stands in the `mailbox`, in order of arrival. Two things
 * do not wait: facts (a child has ended) are noted at once, and a stop comes before anything else.
 *
 * After Erlang/OTP's `supervisor.erl` (stdlib).
 */
import { begin } from './begin.js';
import { missing } from './bonds.js';
import { type Child, isAlive } from './child.js';
import { decide, decideOnExit } from './decisions.js';
import type { Effect, Effects } from './effect.js';
import { type CoppiceError, coppiceError } from './errors.js';
import { type ExitReason, KILLED, SHUTDOWN, crash } from './exit-reason.js';
import { backoffOf } from './failures.js';
import type { ErrorClass } from './give-up.js';
import { leadsGroup, releaseGroup } from './group.js';
import type { Message } from './message.js';
import {
  advance,
  beginShutdown,
  isEnding,
  letGo,
  notRunning,
  refuse,
  resumeBoot,
  retryForItself,
  startFailed,
} from './operations.js';
import { recoveryOf } from './recovery.js';
import { report, reportEnd, reportEnding, reportNoRestart, reportOn } from './report.js';
import { cameUp } from './launch.js';
import { takeOutOfBudget } from './stop-budget.js';
import type { Operation, Supervisor } from './supervisor.js';
import {
  abandonStuck,
  ask,
  clearTimer,
  dropIfGone,
  forget,
  kill,
  rest,
  setTimer,
  settle,
  startDeadline,
} from './transitions.js';
import { retireAll, startWaiting } from './walks.js';
import { look } from './watchdog.js';
import { toWire } from './wire.js';

type Stop = Omit<Extract<Message, { type: 'stop' }>, 'type'>;

const NONE: Effects = [];

/** Takes in one message at the time `now` (milliseconds) and runs it to completion; what follows goes into `effects`. */
export function step<E extends Effects = Effect[]>(
  s: Supervisor,
  message: Message,
  now: number,
  effects: E = [] as Effects as E,
): E {
  s.now = now;
  s.effects = effects;
  takeIn(s, message);
  proceed(s);
  s.wired = undefined;
  s.effects = NONE; // or an idle supervisor would hold on to the child that it forgot last
  return effects;
}

/** Goes on with what is at hand, then with what waits, until there is something to wait for. */
function proceed(s: Supervisor): void {
  while (s.awaited === 0 && s.phase !== 'stopped' && s.phase !== 'idle') {
    const hasToEnd = s.stopReason !== undefined && !isEnding(s.operation);
    if (hasToEnd && s.operation?.kind !== 'terminate-child') beginShutdown(s, s.stopReason as ExitReason);
    if (s.operation) {
      advance(s, s.operation);
    } else if (s.groupWaitsFor && !leadsGroup(s.groupWaitsFor)) {
      releaseGroup(s);
    } else {
      const waiting = s.mailbox.shift();
      if (waiting) decide(s, waiting);
      else if (!s.heldBoot || !resumeBoot(s)) return;
    }
  }
}

function takeIn(s: Supervisor, message: Message): void {
  switch (message.type) {
    case 'start':
      return onStart(s);
    case 'command':
      if (s.phase === 'idle' || s.phase === 'stopped' || s.stopReason !== undefined) {
        return refuse(s, message.command.to, notRunning(s));
      }
      return s.mailbox.push(message);
    case 'stop':
      return onStop(s, message);
    case 'kill':
      return onKill(s);
    case 'dismiss':
      return onDismiss(s, message.child);
    case 'go-on':
      return onGoOn(s);
    default: {
      // Whatever an older incarnation says changes nothing.
      const { child, incarnation } = message;
      if (incarnation === child.incarnation && s.children.has(child)) onChild(s, message);
    }
  }
}

function onChild(s: Supervisor, message: Extract<Message, { incarnation: number }>): void {
  const { child } = message;
  switch (message.type) {
    case 'started':
      return onStarted(s, child);
    case 'ignored':
      return onIgnored(s, child);
    case 'start-failed':
      return onStartFailed(s, child, message.error, message.errorClass);
    case 'ending':
      return onEnding(s, child, message.reason);
    case 'exited':
      return onExited(s, child, message.reason, message.errorClass);
    case 'timer':
      return onTimer(s, child);
  }
}

function onStart(s: Supervisor): void {
  if (s.phase !== 'idle') return;
  s.phase = 'starting';
  s.startedAt = s.now;
  const { first, last } = s.children;
  begin(s, { kind: 'boot', scope: first && last && { first, last } });
  if (s.observed)
    report(s, {
      type: 'supervisor:starting',
      path: s.path,
      strategy: s.policy.strategy,
      children: s.children.size,
    });
}

function onStarted(s: Supervisor, child: Child): void {
  if (child.status !== 'starting') return;
  const isForItself = !child.awaited;
  cameUp(s, child);
  if (!child.bonds || s.policy.startOrder !== 'parallel') return;
  // Bonds that it has got in the meantime: those who wait for it are started when it is their turn.
  if (isForItself) s.mailbox.push({ type: 'retry', child, incarnation: child.incarnation });
  else startWaiting(s, child);
}

function onIgnored(s: Supervisor, child: Child): void {
  if (child.asked) return onExited(s, child, SHUTDOWN);
  if (!isAlive(child.status)) return;
  clearTimer(s, child);
  takeOutOfBudget(s, child);
  s.children.setStatus(child, 'stopped');
  if (s.observed) reportOn(s, 'child:ignored', child, {});
  dropIfGone(s, child, 'ignored');
  settle(s, child);
}

function onStartFailed(s: Supervisor, child: Child, error: unknown, errorClass?: ErrorClass): void {
  if (child.asked) return onExited(s, child, crash(error));
  if (!isAlive(child.status)) return;
  clearTimer(s, child);
  takeOutOfBudget(s, child);
  s.children.setStatus(child, 'stopped');
  child.lastExit = crash(error);
  remember(s, child, 0, errorClass);
  if (s.observed)
    reportOn(s, 'child:start-failed', child, {
      error: toWire(error),
      startMs: s.now - child.startedAt,
    });
  const { awaited } = child;
  const isWantedDown = awaited && isTakingDown(s.operation);
  if (isWantedDown) rest(s, child);
  settle(s, child);
  if (isWantedDown) return;
  if (awaited) startFailed(s, child, error);
  else if (s.stopReason === undefined && !isEnding(s.operation)) retryForItself(s, child);
  else reportNoRestart(s, child, 'stopping');
}

/** Does the operation stop children, of those that it is about? Then one that it waits for is down as it should be. */
const isTakingDown = (operation: Operation | undefined): boolean =>
  operation?.kind === 'terminate-child' ||
  operation?.kind === 'release' ||
  (operation?.kind === 'restart' && !operation.starting);

/** It has ended by itself but has something to clean up: it gets as long for that as for a stop. */
function onEnding(s: Supervisor, child: Child, reason: ExitReason): void {
  if (child.status !== 'starting' && child.status !== 'running') return;
  reportEnding(s, child, child.status, reason);
  if (child.status === 'running') recoveryOf(child).endedAt = s.now;
  startDeadline(s, child);
}

function onExited(s: Supervisor, child: Child, reason: ExitReason, errorClass?: ErrorClass): void {
  if (!isAlive(child.status)) return;
  const broken: unknown = child.recovery?.startError;
  if (child.status === 'starting' || (broken !== undefined && !child.asked)) {
    // A supervisor that was stopped while it was starting: nothing may be built on it.
    const details = { path: `${s.path}/${child.id}`, kind: reason.kind };
    return onStartFailed(s, child, broken ?? coppiceError('COPPICE_ENDED_AT_START', details), errorClass);
  }
  clearTimer(s, child);
  child.lastExit = reason;
  const endedAt = child.asked ? s.now : (child.recovery?.endedAt ?? s.now);
  const uptimeMs = endedAt - child.startedAt;
  if (s.observed) reportEnd(s, child, uptimeMs, reason);
  remember(s, child, uptimeMs, errorClass);
  if (child.awaited) {
    // The operation at hand wants it down; if it ended by itself just before, that is as good.
    rest(s, child);
    settle(s, child);
  } else {
    s.children.setStatus(child, 'exited');
    if (mayFallWithOthers(child)) setTimer(s, child, 0);
    else if (isFree(s)) decideOnExit(s, child);
    else s.mailbox.push({ type: 'exit', child, incarnation: child.incarnation });
  }
}

/**
 * What makes a child crash often brings down what it is bound to as well, a moment later. That gets its turn
 * first: who falls with another has not failed by itself.
 */
const mayFallWithOthers = (child: Child): boolean =>
  child.bonds !== undefined && child.bonds.to.length > 0 && missing(child) === undefined;

/** Is there nothing that has to come first? Then nothing needs to wait in the mailbox. */
const isFree = (s: Supervisor): boolean =>
  s.operation === undefined &&
  s.mailbox.size === 0 &&
  s.awaited === 0 &&
  s.stopReason === undefined &&
  s.groupWaitsFor === undefined;

/** Notes what the policies for its next start will ask for, where there are any. */
function remember(s: Supervisor, child: Child, uptimeMs: number, errorClass: ErrorClass | undefined): void {
  if (!child.recovery && errorClass === undefined && !backoffOf(s, child)) return;
  const recovery = recoveryOf(child);
  recovery.uptimeMs = uptimeMs;
  recovery.errorClass = errorClass;
  recovery.startError = undefined;
}

function onTimer(s: Supervisor, child: Child): void {
  if (!child.hasTimer) return;
  child.hasTimer = false;
  switch (child.status) {
    case 'starting': {
      const { startTimeoutMs } = child.spec;
      const error = coppiceError('COPPICE_START_TIMEOUT', { path: `${s.path}/${child.id}`, startTimeoutMs });
      recoveryOf(child).startError = error;
      return breakOff(s, child, error);
    }
    case 'running': {
      const error = look(s, child);
      return error && breakOff(s, child, error);
    }
    case 'stopping':
      return kill(s, child);
    case 'killing':
      s.effects.push({ type: 'abandon', child });
      return;
    case 'exited':
      return s.mailbox.push({ type: 'exit', child, incarnation: child.incarnation });
    case 'restarting':
    case 'backing-off':
    case 'parked':
      return s.mailbox.push({ type: 'retry', child, incarnation: child.incarnation });
    default:
      return;
  }
}

/** Unlike `terminateChild` it is no operation that others have to wait for: it is on its way out by itself. */
function onDismiss(s: Supervisor, child: Child): void {
  if (!s.children.has(child)) return;
  recoveryOf(child).isDismissed = true;
  if (child.status === 'starting' || child.status === 'running') return ask(s, child);
  // If an operation waits for it, that sees it through; if it is cleaning up, its end will be decided on.
  if (child.awaited || isAlive(child.status)) return;
  clearTimer(s, child);
  reportNoRestart(s, child, 'dismissed');
  s.children.setStatus(child, 'stopped');
  forget(s, child, 'dismissed');
}

/** It has failed without knowing it: it is told so, and gets its time to end. */
function breakOff(s: Supervisor, child: Child, error: CoppiceError): void {
  if (s.observed) reportOn(s, 'child:timed-out', child, { error: toWire(error) });
  s.effects.push({ type: 'fail', child, error });
  startDeadline(s, child);
}

function onStop(s: Supervisor, { reason, deadlineAt, because = 'parent', by }: Stop): void {
  if (s.phase === 'stopped' || s.stopReason !== undefined) return;
  s.stopReason = reason;
  s.endCause = because;
  s.endBy = by;
  s.deadlineAt = deadlineAt;
  if (s.phase === 'idle') {
    s.phase = 'stopped';
    s.effects.push({ type: 'down', reason });
    return;
  }
  interruptStart(s);
  if (s.policy.startOrder === 'parallel') letGo(s);
  for (const child of awaitedOnes(s)) abandonStuck(s, child, 'exit');
}

/** From now on no child is waited for: all are killed, or, in the middle of something else, those it waits for. */
function onKill(s: Supervisor): void {
  if (s.phase === 'stopped' || s.killing) return;
  onStop(s, { reason: KILLED });
  s.killing = true;
  if (s.operation?.kind === 'shutdown') {
    s.cursor = undefined;
    retireAll(s);
    return;
  }
  for (const child of awaitedOnes(s)) {
    if (child.status === 'stopping') kill(s, child);
    else abandonStuck(s, child, 'wait');
  }
}

/** Though it waits for those that it has begun with; if another operation has taken its place, nothing is left of it. */
function onGoOn(s: Supervisor): void {
  const { unfinished, operation } = s;
  s.unfinished = undefined;
  // If the end of all has come meanwhile, nothing more is begun.
  const isOver = s.stopReason !== undefined && !isEnding(operation);
  if (operation && operation === unfinished && !isOver) advance(s, operation);
}

/** Those that the operation waits for; of two that are swapped one is not in the list. */
function* awaitedOnes(s: Supervisor): Generator<Child> {
  if (s.awaited === 0) return;
  for (const child of s.children) if (child.awaited) yield child;
  if (s.operation?.kind !== 'swap') return;
  const { isSwapped, old, candidate } = s.operation;
  const hidden = isSwapped ? old : candidate;
  if (hidden.awaited) yield hidden;
}

/** A stop does not wait for a slow start: the child that is being started is asked to stop at once. */
function interruptStart(s: Supervisor): void {
  if (s.policy.startOrder === 'parallel') return;
  const child = s.cursor;
  if (child?.awaited && child.status === 'starting') ask(s, child);
}
