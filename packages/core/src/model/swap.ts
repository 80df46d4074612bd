/** Replaces a child without a gap: the new incarnation is started beside the old one. */
import type { Child } from './child.js';
import { launch } from './launch.js';
import type { ChildPolicy } from './policy.js';
import { recoveryOf } from './recovery.js';
import type { Operation, Supervisor } from './supervisor.js';
import { retire } from './transitions.js';

/** Another record for the same child: the old one goes on until this one is up. */
export function candidateFor(old: Child, spec: ChildPolicy): Child {
  const candidate = old.declaredAs(spec);
  candidate.incarnation = old.incarnation;
  candidate.lastExit = old.lastExit;
  if (old.recovery?.paused) recoveryOf(candidate).paused = old.recovery.paused;
  return candidate;
}

/** First the new one is started beside the old one, then it takes its place, then the old one is stopped. */
export function advanceSwap(s: Supervisor, operation: Extract<Operation, { kind: 'swap' }>): boolean {
  const { old, candidate, to } = operation;
  if (!candidate.isPresent) {
    candidate.isPresent = true;
    s.cursor = candidate;
    launch(s, candidate);
    return true;
  }
  if (!operation.isSwapped) {
    operation.isSwapped = true;
    s.children.swap(old, candidate);
    s.cursor = old;
    retire(s, old);
    return true;
  }
  if (old.isPresent) s.children.remove(old);
  s.effects.push({ type: 'reply', to, child: candidate });
  return false;
}
