/** May this child start now? There has to be something that it starts for, and it has to be its turn. */
import type { Child } from '../../../../src/model/child.js';
import type { Account } from './account.js';
import { awaitedAtBoot, resumeBoot } from './boot.js';
import { checkStartCause } from './causes.js';
import type { Fact } from './fact.js';
import { hasGround } from './kinship.js';
import { settlePause } from './settling.js';
import { Violation } from './violation.js';
import { nextOverdue, overdueWith } from './walk-begin.js';
import { finish, isToStart } from './walk-end.js';
import { Walk } from './walk.js';

export function onUp(a: Account): void {
  if (a.walk?.kind !== 'boot') finish(a);
  // One that is paused, and bound to one that is down, is waited for or not by what it is shown to be.
  for (const each of a.bootWaitsFor) settlePause(a, each);
  if (a.heldBoot) resumeBoot(a);
  if (a.wasUp || a.walk?.kind !== 'boot') throw new Violation(`'up' too early, or twice`);
  finish(a);
  if (a.heldBoot) throw new Violation(`the boot does not wait for '${[...a.bootWaitsFor][0]!.id}'`);
  a.wasUp = true;
}

export function onStart(a: Account, child: Child): void {
  const fact = a.factOf(child);
  const life = a.node.lives.get(child);
  if (life && life.phase !== 'over') throw new Violation(`'${fact.id}' starts while its predecessor lives`);
  if (life?.abandoned && child.spec.onStuck !== 'abandon')
    throw new Violation(`'${fact.id}' starts beside its predecessor, which was given up`);
  if (!fact.isDown) throw new Violation(`'${fact.id}' starts before the end of its predecessor has arrived`);
  if (child.incarnation !== fact.incarnation + 1) throw new Violation(`'${fact.id}' skips an incarnation`);
  if (a.isStopping || a.isUndoing) throw new Violation(`'${fact.id}' starts in the middle of a stop`);
  if (!hasGround(fact, a.members))
    throw new Violation(`'${fact.id}' starts, though not all that it is bound to are up`);
  const walk = walkThatStarts(a, fact);
  for (const other of a.members) {
    const isBusy = (other.isStarting && !a.isParallel) || (other.asked && !other.isDown);
    if (isBusy) throw new Violation(`'${fact.id}' starts while '${other.id}' is busy`);
  }
  if (walk.kind !== 'command' && !a.isParallel) {
    const first = walk.scope.find((each) => isToStart(a, walk, each));
    if (first !== fact) throw new Violation(`'${fact.id}' starts where it is the turn of '${first!.id}'`);
    const awaited = walk.kind === 'boot' ? awaitedAtBoot(a) : undefined;
    if (awaited) throw new Violation(`'${fact.id}' starts, but the boot has to wait for '${awaited.id}'`);
  }
  checkStartCause(a, fact, walk);
  fact.launched(a.now);
  if (child.status !== 'running') return;
  if (child.spec.kind !== 'task' || child.spec.awaitReady)
    throw new Violation(`'${fact.id}' is taken to be up before it has said so`);
  fact.up(a.now);
}

/** What it starts for; there has to be something. */
function walkThatStarts(a: Account, fact: Fact): Walk {
  const { members } = a;
  const walk = a.walk;
  if (walk?.kind === 'restart' && walk.isStopping && walk.has(fact)) {
    const alive = walk.scope.find((each) => !each.isDown);
    if (alive) throw new Violation(`'${fact.id}' starts while '${alive.id}' of its scope is still alive`);
    if (walk.delayMs > 0) throw new Violation(`'${fact.id}' starts before the delay`);
    walk.isStopping = false;
  }
  const isHeld = walk?.kind === 'boot' && !a.isParallel && awaitedAtBoot(a) !== undefined;
  if (!isHeld && walk && isToStart(a, walk, fact)) return walk;
  finish(a);
  // Those whose group has gone another way come back before anything else.
  const rejoin = nextRejoin(a, fact);
  if (rejoin?.isToStart(fact, members)) return rejoin;
  const asked = a.commands.since(fact.id, 'start-child', 'restart-child');
  const isByHand = asked !== undefined && asked < (overdueWith(a, fact)?.overdueSince ?? Infinity);
  const isBooted = a.heldBoot?.isToStart(fact, members) && !awaitedAtBoot(a);
  if (isByHand && ['off', 'group', 'ended', 'wanted'].includes(fact.rest)) {
    return (a.walk = new Walk('command', fact, [fact]));
  }
  const next = nextOverdue(a, fact) ?? (isBooted ? resumeBoot(a) : undefined);
  if (!next?.isToStart(fact, members)) throw new Violation(`'${fact.id}' starts, but nobody wanted it`);
  return next;
}

/** Those that have waited for another start, since that has gone another way. */
function nextRejoin(a: Account, fact: Fact): Walk | undefined {
  const isLeft = fact.isHeld && (fact.rest === 'group' || fact.rest === 'waiting');
  if (!isLeft || a.leaderOf(fact)) return undefined;
  const scope = a.members.filter((each) => each.isDown && !a.leaderOf(each));
  return (a.walk = new Walk('rejoin', undefined, scope, { isBound: true, isAlone: false }));
}
