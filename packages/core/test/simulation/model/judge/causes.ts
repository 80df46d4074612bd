/** Why a child is asked to stop is told in the event, with whose account it is on: that has to be what its supervisor is at. */
import type { StopCause } from '../../../../src/model/cause.js';
import type { Account } from './account.js';
import type { Fact } from './fact.js';
import { Violation } from './violation.js';
import type { Walk } from './walk.js';

/** `walk`: what it is stopped for; none: all are stopped. */
export function checkCause(a: Account, fact: Fact, walk: Walk | undefined): void {
  const { told, because } = walk ? causeIn(a, fact, walk) : { told: undefined, because: causeOfAll(a) };
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

const causeOfAll = (a: Account): StopCause => (a.isUndoing ? 'start-failed' : (a.endsBecause ?? 'shutdown'));
