/** Why a child is started, or stopped, and on whose account, is told in the events: that has to be what its supervisor is at. */
import type { StartCause, StopCause } from '../../../../src/model/cause.js';
import type { Account } from './account.js';
import type { Fact } from './fact.js';
import { Violation } from './violation.js';
import type { Walk } from './walk.js';

/** `walk`: what it is stopped for; none: all are stopped. */
export function checkCause(a: Account, fact: Fact, walk: Walk | undefined): void {
  const { told, because } = walk
    ? causeIn(a, fact, walk)
    : { told: undefined, because: causeOfAll(a, fact.stopCause) };
  if (fact.stopCause !== because)
    throw new Violation(`'${fact.id}' is stopped because of '${fact.stopCause}', not of '${because}'`);
  if (told !== undefined && fact.stopsWith !== told)
    throw new Violation(`'${fact.id}' is stopped with ${fact.stopsWith}, not with ${told}`);
}

function causeIn(a: Account, fact: Fact, walk: Walk): { told: string | null; because: StopCause } {
  const { kind, target, isBound } = walk;
  if (fact === target) return { told: null, because: 'request' };
  return {
    told: target ? a.pathOf(target) : null,
    because: kind === 'restart' && !isBound ? 'sibling' : 'bond',
  };
}

/** In a parallel boot that is being stopped it may be either: whom the stop has let go does not undo anything any more. */
function causeOfAll(a: Account, told: string | undefined): StopCause {
  const isStopped = !a.isUndoing || (a.isStopping && a.isParallel && told !== 'start-failed');
  return isStopped ? (a.endsBecause ?? 'shutdown') : 'start-failed';
}

/** Why one may be started, by what its supervisor is at; those that come with `target` say so. */
const STARTS: Readonly<Record<Walk['kind'], readonly StartCause[]>> = {
  boot: ['boot'],
  command: ['request'],
  restart: ['sibling', 'bond', 'unblocked'],
  follow: ['bond', 'unblocked'],
  rejoin: ['restart', 'bond', 'unblocked'],
  terminate: [],
  release: [],
};

export function checkStartCause(a: Account, fact: Fact, { kind, target, isBound }: Walk): void {
  const cause = fact.startCause as StartCause;
  const isOwn = kind === 'restart' && fact === target;
  const isAsked = a.commands.has(fact.id, 'restart-now', 'restart-child');
  const isTrue = isOwn
    ? cause === 'restart' || cause === 'unblocked' || (cause === 'request' && isAsked)
    : STARTS[kind].includes(cause) && cause !== (isBound ? 'sibling' : 'bond');
  const isCompany = cause === 'sibling' || cause === 'bond';
  const isWith = !isCompany || kind === 'rejoin' || (target && fact.startsWith === a.pathOf(target));
  if (!isTrue || !isWith)
    throw new Violation(`'${fact.id}' starts because of '${cause}' with ${fact.startsWith}, in a ${kind}`);
}
