/** How operations begin. */
import { type Child, isAlive, isResting } from './child.js';
import { STRATEGIES, type Scope, boundScope } from './strategy.js';
import type { Operation, Supervisor } from './supervisor.js';

/** Begins an operation; `advance` (operations.ts) carries it on until it is done. */
export function begin(s: Supervisor, operation: Operation): void {
  s.operation = operation;
  s.cursor = undefined;
}

interface RestartOptions
  extends Partial<
    Pick<Extract<Operation, { kind: 'restart' }>, 'isAlone' | 'delayMs' | 'replacement' | 'asked'>
  > {
  readonly to?: unknown;
}

/** Begins to restart a child, with those that go with it. */
export function beginRestart(s: Supervisor, failed: Child, options: RestartOptions = {}): void {
  const { isAlone = failed.recovery?.isAlone === true, delayMs = 0, to, asked, replacement } = options;
  const scope = scopeOf(s, failed, isAlone);
  // Where nobody has to be stopped first, which is what happens most, it can start at once.
  const starting = scope.first === scope.last && !isAlive(failed.status) && delayMs === 0 && !replacement;
  if (starting && isResting(failed.status)) s.children.setStatus(failed, 'stopped');
  begin(s, { kind: 'restart', failed, scope, starting, isAlone, delayMs, to, asked, replacement });
}

/** Who is restarted with a child. */
export function scopeOf(s: Supervisor, failed: Child, isAlone: boolean): Scope {
  const { strategy } = s.policy;
  return isAlone || strategy === 'one-for-one'
    ? boundScope(failed)
    : STRATEGIES[strategy](s.children, failed);
}
