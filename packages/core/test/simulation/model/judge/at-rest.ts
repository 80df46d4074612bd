/** What has to hold when nothing is on its way any more. */
import type { Account } from './account.js';
import { Violation } from './violation.js';

/** Nothing is on its way, no timer runs, nobody is starting or stopping. */
export function checkAtRest(a: Account): void {
  const { state } = a.node;
  if (a.hasEnded) return;
  if (state.phase !== 'running') throw new Violation(`at rest, but ${state.phase}`);
  if (state.operation || state.mailbox.size > 0) throw new Violation(`at rest, with something left to do`);
  if (a.walk) throw new Violation(`at rest, in the middle of a walk`);
  for (const fact of a.members) {
    if (fact.isDown && ['due', 'retry', 'delayed'].includes(fact.rest))
      throw new Violation(`'${fact.id}' was never decided on (${fact.rest})`);
    if (fact.isDown && !fact.stays(state.dynamic) && fact.rest === 'off')
      throw new Violation(`'${fact.id}' is down, and still there`);
    if (fact.known === 'ending' || fact.known === 'starting')
      throw new Violation(`at rest, '${fact.id}' is not`);
  }
  if (state.policy.autoShutdown === 'any-significant' && a.significantEnds.size > 0) {
    throw new Violation(`a significant child has ended, and it runs on`);
  }
  if (a.commands.open > 0) throw new Violation(`at rest, with a command without an answer`);
}
