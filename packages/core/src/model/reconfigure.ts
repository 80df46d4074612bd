/**
 * Changes what a living supervisor and its children are declared with. What need not be started anew for that
 * goes on running; engine/reconcile.ts finds such changes and puts them in order.
 */
import { begin, beginRestart } from './begin.js';
import { missing } from './bonds.js';
import { type Child, isAlive } from './child.js';
import { forgive } from './failures.js';
import type { Command } from './message.js';
import { follow } from './operations.js';
import { type ChildPolicy, ownLimit } from './policy.js';
import { reportRestart } from './report.js';
import { candidateFor } from './swap.js';
import { boundScope } from './strategy.js';
import type { Supervisor } from './supervisor.js';
import { armRevival, clearTimer } from './transitions.js';
import { watch } from './watchdog.js';

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;

/** Sets limits, options, bonds and the order anew; nothing is started or stopped. */
export function reconfigure(s: Supervisor, command: Of<'reconfigure'>): void {
  const { policy, specs, bonds, order, to } = command;
  s.policy = policy;
  s.window.setLimit(policy.maxRestarts, policy.withinMs);
  for (const [id, spec] of specs) {
    const child = s.children.get(id);
    if (child) updateSpec(s, child, spec);
  }
  if (!s.dynamic) s.children.arrange(order, bonds);
  s.effects.push({ type: 'reply', to, child: undefined });
}

/** From now on a child is declared differently, in what can change while it runs. */
function updateSpec(s: Supervisor, child: Child, spec: ChildPolicy): void {
  const old = child.spec;
  if (old === spec) return;
  s.children.setSpec(child, spec);
  const limit = ownLimit(spec);
  const { recovery } = child;
  if (recovery?.window && limit) recovery.window.setLimit(limit.maxRestarts, limit.withinMs);
  else if (recovery?.window) recovery.window = undefined;
  // A time that has begun goes on as long as it is declared as before: whoever reconciles often is not to delay it for ever.
  const isWatchedAnew = old.staleAfterMs !== spec.staleAfterMs || old.maxRunMs !== spec.maxRunMs;
  const isRevivedAnew = old.reviveAfterMs !== spec.reviveAfterMs;
  if (child.status === 'running' && isWatchedAnew) {
    clearTimer(s, child);
    watch(s, child);
  } else if (child.status === 'parked' && isRevivedAnew && !recovery?.paused) {
    clearTimer(s, child);
    if (recovery) recovery.nextStartAt = undefined;
    armRevival(s, child);
  }
}

/** Replaces a child by another declaration; if that does not start, the old one stays. */
export function replaceChild(s: Supervisor, child: Child, { spec, to, asked }: Of<'replace-child'>): void {
  const other = child.bonds && missing(child);
  const isUp = isAlive(child.status) || child.status === 'exited';
  // What is down for good, or waits for something else, is started by whatever it waits for.
  if (child.status === 'stopped' || child.status === 'paused' || (other && !isUp)) {
    if (child.recovery) forgive(child.recovery);
    s.children.setSpec(child, spec);
    s.effects.push({ type: 'reply', to, child });
    return;
  }
  if (spec.replace === 'start-then-stop' && child.status === 'running') {
    const candidate = candidateFor(child, spec);
    return begin(s, { kind: 'swap', old: child, candidate, isSwapped: false, to, asked });
  }
  if (child.recovery) forgive(child.recovery);
  reportRestart(s, child, 'reconcile', 0, asked?.by);
  beginRestart(s, child, { isAlone: true, to, asked, replacement: { spec, old: child.spec } });
}

/** Brings a child and those that are bound to it to where they belong, after the bonds have changed. */
export function settleBonds(s: Supervisor, child: Child, { to, asked }: Of<'settle-bonds'>): void {
  if (child.status === 'waiting' && !(child.bonds && missing(child))) {
    return beginRestart(s, child, { isAlone: true, to, asked });
  }
  s.effects.push({ type: 'reply', to, child });
  if (child.status === 'running') return follow(s, child);
  const hasFallen = !isAlive(child.status) && child.bonds?.from.some(({ status }) => isAlive(status));
  if (hasFallen) begin(s, { kind: 'release', child, scope: boundScope(child) });
}
