/** What an answered command has changed. */
import type { Account } from './account.js';
import { isLeftToBoot } from './boot.js';
import type { Fact } from './fact.js';
import { dependantsOf } from './kinship.js';
import { finish } from './walk-end.js';
import { Walk } from './walk.js';

/** A command has taken it down, or out: there is nothing left to decide about it. */
export function settleByCommand(a: Account, fact: Fact): void {
  finish(a);
  // Those that the boot has not come to yet are left to it.
  if (!isLeftToBoot(a, fact)) fact.rest = 'off';
  fact.isOverdue = false;
  a.significantEnds.delete(fact);
}

/** A command has started it, or tried to: those that wait for it follow. */
export function startedByCommand(a: Account, fact: Fact, kind: string): void {
  if (a.walk?.kind !== 'command') return;
  a.walk = undefined;
  if (!fact.isUp || kind === 'restart-now') return;
  const scope = dependantsOf(fact, a.members);
  if (scope.length > 0) a.walk = new Walk('follow', fact, scope, { isBound: true });
}
