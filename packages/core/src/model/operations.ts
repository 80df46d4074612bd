/**
 * How each operation is carried on. An operation walks over children: forwards to start them, backwards
 * to stop them, one at a time; whenever it waits for a child, the walk stands at it (`cursor`).
 */
import type { Child } from './child.js';
import { type CoppiceError, coppiceError, messageOf } from './errors.js';
import { type ExitReason, KILLED } from './exit-reason.js';
import { shareOut, stopWeight } from './stop-budget.js';
import { STRATEGIES, type Scope } from './strategy.js';
import { report } from './report.js';
import type { Operation, Supervisor } from './supervisor.js';
import { forget, launch, retire, setTimer } from './transitions.js';
import { reasonToWire, toWire } from './wire.js';

/** Begins an operation; {@link advance} carries it on until it is done. */
export function begin(s: Supervisor, operation: Operation): void {
  s.operation = operation;
  s.cursor = undefined;
}

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
      const { first, last } = s.children;
      if (first && last && startNext(s, { first, last })) return;
      return up(s);
    }
    case 'undo':
      if (undoNext(s, operation)) return;
      return bootFailed(s, operation);
    case 'restart': {
      const scope = STRATEGIES[s.policy.strategy](s.children, operation.failed);
      if (!operation.starting) {
        if (stopNext(s, scope)) return;
        operation.starting = true;
        s.cursor = undefined;
        return;
      }
      if (startNext(s, scope)) return;
      return done(s);
    }
    case 'start-child': {
      const { child, to } = operation;
      if (startNext(s, { first: child, last: child })) return;
      s.effects.push({ type: 'reply', to, child });
      return done(s);
    }
    case 'terminate-child': {
      const { child, to } = operation;
      if (stopNext(s, { first: child, last: child })) return;
      s.effects.push({ type: 'reply', to, child });
      return done(s);
    }
    case 'shutdown': {
      const { first, last } = s.children;
      if (s.dynamic || s.killing) {
        if (retireAll(s)) return;
      } else if (first && last && stopNext(s, { first, last })) return;
      return down(s, operation.reason);
    }
  }
}

/** Starts the next child of the scope; false if there is none left. */
function startNext(s: Supervisor, { first, last }: Scope): boolean {
  if (s.cursor === last) return false;
  const child = s.cursor === undefined ? first : s.cursor.next;
  if (child === undefined) return false;
  s.cursor = child;
  launch(s, child);
  return true;
}

/** Stops the next child of the scope, from its last to its first; false if there is none left. */
function stopNext(s: Supervisor, { first, last }: Scope): boolean {
  if (s.cursor === first) return false;
  const child = s.cursor === undefined ? last : s.cursor.previous;
  if (child === undefined) return false;
  s.cursor = child;
  // Looking through what is declared below takes time; without a deadline nothing is shared out.
  const used = s.deadlineAt === undefined ? 0 : stopWeight(s, child);
  retire(s, child);
  s.budgetLeftMs -= used;
  return true;
}

/** Stops all children at once; false if there was none left. */
export function retireAll(s: Supervisor): boolean {
  for (let child = s.children.last; child; child = child.previous) retire(s, child);
  return s.awaited > 0;
}

function undoNext(s: Supervisor, operation: Extract<Operation, { kind: 'undo' }>): boolean {
  const child = s.cursor === undefined ? operation.failed.previous : s.cursor.previous;
  if (child === undefined) return false;
  s.cursor = child;
  if (child.status !== 'stopped') operation.undone.push(child.id);
  retire(s, child);
  return true;
}

function up(s: Supervisor): void {
  s.phase = 'running';
  s.effects.push({ type: 'up' });
  if (s.observed) report(s, { type: 'supervisor:started', path: s.path, startMs: s.now - s.startedAt });
  done(s);
}

function bootFailed(s: Supervisor, { failed, error, undone }: Extract<Operation, { kind: 'undo' }>): void {
  s.phase = 'stopped';
  refuseWaiting(s);
  const list = undone.length === 0 ? '' : `; stopped again: ${undone.join(', ')}`;
  const failure = coppiceError(
    'COPPICE_START_FAILED',
    { path: `${s.path}/${failed.id}`, reason: messageOf(error), undone: list },
    error,
  );
  const event = { path: s.path, error: toWire(failure), undone };
  if (s.observed) report(s, { type: 'supervisor:start-failed', ...event });
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
  refuseWaiting(s);
  s.phase = 'stopping';
  if (s.observed) report(s, { type: 'supervisor:stopping', path: s.path, reason: reasonToWire(reason) });
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
    case 'boot':
      return begin(s, { kind: 'undo', failed: child, error, undone: [] });
    case 'restart':
      // The next attempt goes through the mailbox, and not before others had their turn: a command, or a
      // stop, gets in between. From now on it is this child that is retried, with its own scope.
      s.children.setStatus(child, 'restarting');
      setTimer(s, child, 0);
      return done(s);
    case 'start-child':
      if (operation.isNew) forget(s, child);
      refuse(
        s,
        operation.to,
        coppiceError(
          'COPPICE_START_FAILED',
          { path: `${s.path}/${child.id}`, reason: messageOf(error) },
          error,
        ),
      );
      return done(s);
    default:
      return;
  }
}

export function refuse(s: Supervisor, to: unknown, error: CoppiceError): void {
  s.effects.push({ type: 'refuse', to, error });
}

export const notRunning = (s: Supervisor): CoppiceError =>
  coppiceError('COPPICE_NOT_RUNNING', {
    path: s.path,
    state: s.phase === 'idle' ? ': it was not started yet' : ': it is stopping, or has stopped',
  });
