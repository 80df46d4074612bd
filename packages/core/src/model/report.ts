/** Makes the events of a supervisor and its children. */
import { whyStopped } from './cause.js';
import type { Child } from './child.js';
import type { Budget, ChildEventName, EventBodies, EventBody, FactsOf } from './event.js';
import { type ExitReason, SHUTDOWN } from './exit-reason.js';
import { ownLimit } from './policy.js';
import { allowanceMs } from './stop-budget.js';
import type { Supervisor } from './supervisor.js';
import { type ErrorWire, type ReasonWire, reasonToWire, toWire } from './wire.js';

/** What every event about a child says of it. */
export const about = (s: Supervisor, child: Child) => ({
  path: `${s.path}/${child.id}`,
  supervisor: s.path,
  id: child.id,
  kind: child.spec.kind,
  incarnation: child.incarnation,
  restart: child.spec.restart,
});

/** The beginning of an event about a child; its number and time are filled in when it is told. */
const heading = <N extends ChildEventName>(type: N, s: Supervisor, child: Child) => {
  const { id } = child;
  return {
    type,
    seq: 0,
    at: s.now,
    path: `${s.path}/${id}`,
    supervisor: s.path,
    id,
    kind: child.spec.kind,
    incarnation: child.incarnation,
    restart: child.spec.restart,
  };
};

/** The restart budget of a supervisor, or of a child that has a limit of its own. */
export function budgetOf(s: Supervisor, child?: Child, now = s.now): Budget {
  const own = child && ownLimit(child.spec);
  const { maxRestarts, withinMs } = own ?? s.policy;
  const window = own ? child.recovery?.window : s.window;
  return { used: window?.used(now) ?? 0, max: maxRestarts === Infinity ? null : maxRestarts, withinMs };
}

/** Notes an event. Callers ask for `s.observed` first, so that nothing is made while nobody listens. */
export function report(s: Supervisor, event: EventBody): void {
  s.effects.push({ type: 'event', event });
}

/** An event about a child. (To spread the parts into a new object costs ten times as much.) */
export const childEvent = <N extends ChildEventName>(
  type: N,
  s: Supervisor,
  child: Child,
  facts: FactsOf<N>,
): EventBody => Object.assign(heading(type, s, child), facts) as object as EventBody;

/** Notes an event about a child. */
export function reportOn<N extends ChildEventName>(
  s: Supervisor,
  type: N,
  child: Child,
  facts: FactsOf<N>,
): void {
  report(s, childEvent(type, s, child, facts));
}

/** A crash, and the decision on it, tell of one error: it is read once in a step. */
function wireOf(s: Supervisor, error: unknown): ErrorWire {
  const known = s.wired;
  if (known && known.error === error) return known.wire;
  s.wired = { error, wire: toWire(error) };
  return s.wired.wire;
}

const reasonOf = (s: Supervisor, reason: ExitReason = SHUTDOWN): ReasonWire =>
  reason.kind === 'crash' ? { kind: 'crash', error: wireOf(s, reason.error) } : reasonToWire(reason);

/** A child ends by itself, and is not gone yet. */
export function reportEnding(
  s: Supervisor,
  child: Child,
  phase: 'starting' | 'running',
  reason: ExitReason,
): void {
  if (!s.observed) return;
  const ms = s.killing ? 0 : allowanceMs(s, child);
  reportOn(s, 'child:ending', child, {
    phase,
    reason: reasonOf(s, reason),
    shutdownMs: ms === Infinity ? null : ms,
  });
}

/** A child has ended: because it was asked to, by an error of its own, or because it was done. */
export function reportEnd(s: Supervisor, child: Child, uptimeMs: number, reason: ExitReason): void {
  if (child.asked) reportOn(s, 'child:stopped', child, { uptimeMs, reason: reasonToWire(reason) });
  else if (reason.kind === 'crash')
    reportOn(s, 'child:crashed', child, { uptimeMs, error: wireOf(s, reason.error) });
  else reportOn(s, 'child:completed', child, { uptimeMs, reason: reasonToWire(reason) });
}

type Because = EventBodies['child:restarting']['because'];

/** It was decided to start a child again. */
export function reportRestart(
  s: Supervisor,
  child: Child,
  because: Because,
  delayMs: number,
  by?: string,
): void {
  if (!s.observed) return;
  const isAlone = child.recovery?.isAlone === true || (because !== 'exit' && because !== 'start-failed');
  reportOn(s, 'child:restarting', child, {
    strategy: isAlone ? 'one-for-one' : s.policy.strategy,
    because,
    reason: reasonOf(s, child.lastExit),
    budget: budgetOf(s, child),
    delayMs,
    by: by ?? null,
  });
}

/** It was decided not to start a child again. */
export function reportNoRestart(
  s: Supervisor,
  child: Child,
  because: EventBodies['child:not-restarted']['because'],
  by: string | null = because === 'stopping' ? whyStopped(s, child).by : null,
): void {
  if (!s.observed) return;
  reportOn(s, 'child:not-restarted', child, {
    because,
    reason: reasonOf(s, child.lastExit),
    by,
  });
}
