/** Makes the events of a supervisor and its children. */
import { whyStopped } from './cause.js';
import type { Child } from './child.js';
import type { Budget, EventBodies, EventBody } from './event.js';
import { type ExitReason, SHUTDOWN } from './exit-reason.js';
import { ownLimit } from './policy.js';
import type { Supervisor } from './supervisor.js';
import { reasonToWire, toWire } from './wire.js';

/** What every event about a child says of it. */
export const about = (s: Supervisor, child: Child) => ({
  path: `${s.path}/${child.id}`,
  supervisor: s.path,
  id: child.id,
  kind: child.spec.kind,
  incarnation: child.incarnation,
  restart: child.spec.restart,
});

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

/** A child has ended: because it was asked to, by an error of its own, or because it was done. */
export function reportEnd(s: Supervisor, child: Child, reason: ExitReason): void {
  const facts = { ...about(s, child), uptimeMs: s.now - child.startedAt };
  if (child.asked) report(s, { type: 'child:stopped', ...facts, reason: reasonToWire(reason) });
  else if (reason.kind === 'crash')
    report(s, { type: 'child:crashed', ...facts, error: toWire(reason.error) });
  else report(s, { type: 'child:completed', ...facts, reason: reasonToWire(reason) });
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
  report(s, {
    type: 'child:restarting',
    ...about(s, child),
    strategy: isAlone ? 'one-for-one' : s.policy.strategy,
    because,
    reason: reasonToWire(child.lastExit ?? SHUTDOWN),
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
  report(s, {
    type: 'child:not-restarted',
    ...about(s, child),
    because,
    reason: reasonToWire(child.lastExit ?? SHUTDOWN),
    by,
  });
}
