/** How a supervisor ends: by itself, since its significant children have, or since it was asked to. */
import type { Account } from './account.js';
import type { Fact } from './fact.js';
import { Violation } from './violation.js';

export function onAutoShutdown(a: Account): void {
  const { autoShutdown } = a.node.state.policy;
  const ends = a.significantEnds.size + a.perhapsEnds.size;
  if (autoShutdown === 'never' || ends === 0 || a.isStopping) {
    throw new Violation(`it ends itself for no reason`);
  }
  const isGone = ({ isDown, rest }: Fact): boolean => isDown && ['off', 'ended', 'group'].includes(rest);
  const left = a.members.find((each) => each.child.spec.significant && !isGone(each));
  if (autoShutdown === 'all-significant' && left)
    throw new Violation(`it ends itself, but '${left.id}' is not down for good`);
  a.isStopping = true;
  a.endsBecause = 'auto-shutdown';
}

export function onEnd(a: Account): void {
  a.hasEnded = true;
  const alive = a.members.find((fact) => !fact.isDown);
  if (alive) throw new Violation(`it is down, but '${alive.id}' is alive`);
  const timed = a.members.find(({ child }) => a.node.world.timerOf(child) !== undefined);
  if (timed) throw new Violation(`it is down, but '${timed.id}' has a timer`);
}

export function checkPromptness(a: Account): void {
  if (a.isParallel) {
    // They are stopped one after the other, also those that are still starting.
    const isMoving = a.members.some(
      ({ isDown, asked, broken, known }) => !isDown && (asked || broken !== undefined || known === 'ending'),
    );
    const slow = a.members.find((each) => each.isStarting && !each.broken);
    if (slow && !isMoving) throw new Violation(`a stop waits for the slow start of '${slow.id}'`);
    return;
  }
  for (const { known, asked, broken, id } of a.members) {
    if (known === 'starting' && !asked && !broken)
      throw new Violation(`a stop waits for the slow start of '${id}'`);
  }
}
