/** Every command is answered once, and the answer is true. */
import type { Child } from '../../../../src/model/child.js';
import type { CoppiceError } from '../../../../src/model/errors.js';
import type { Command } from '../../../../src/model/message.js';
import type { Account } from './account.js';
import { settleByCommand, startedByCommand } from './by-command.js';
import { hasGround } from './kinship.js';
import { Violation } from './violation.js';

/** Those that start a child, if it is not up yet. */
const STARTS: readonly Command['kind'][] = ['start-child', 'restart-child', 'restart-now', 'resume'];

/** A story names all its children. */
const idIn = ({ id }: Command): string => id as string;

export function replied(a: Account, to: unknown, child: Child | undefined): void {
  const command = a.commands.close(to);
  const { kind } = command;
  const id = idIn(command);
  const fact = [a.member(id), a.removed(id)].find((each) => each?.child === child);
  if (!fact) throw new Violation(`${kind} of '${id}', which is no child`);
  const isThere = a.member(id) === fact;
  switch (kind) {
    case 'pause':
      if (!fact.isPaused) throw new Violation(`'${id}' is said to be paused, but is not`);
      return;
    case 'resume':
      if (fact.isPaused) throw new Violation(`'${id}' is said to be resumed, but is paused`);
      if (fact.rest === 'paused') throw new Violation(`'${id}' was resumed, but is left down`);
      return;
    case 'terminate-child':
    case 'delete-child':
      if (!fact.isDown) throw new Violation(`${kind} of '${id}' is answered, but it is alive`);
      if (kind === 'delete-child' && isThere) throw new Violation(`'${id}' was deleted, but is still there`);
      return settleByCommand(a, fact);
    default: {
      fact.isNew = false;
      // It is added, and will be tried again.
      const isAdded = kind === 'start-child' && (fact.rest === 'delayed' || fact.rest === 'parked');
      if (fact.lastStart !== 'up' && fact.lastStart !== 'ignored' && !isAdded)
        throw new Violation(`${kind} of '${id}' is answered, but it did not start`);
      startedByCommand(a, fact, kind);
    }
  }
}

export function refused(a: Account, to: unknown, { code }: CoppiceError): void {
  const command = a.commands.close(to);
  const { kind } = command;
  const id = idIn(command);
  const fact = a.member(id);
  const isUp = fact !== undefined && (!fact.isDown || fact.isUndecided);
  const isDown = fact !== undefined && fact.isDown;
  const tried = fact ?? a.removed(id);
  const grounds = kind === 'start-child' ? (command.spec.bindsTo ?? []) : [];
  const isTrue = {
    COPPICE_ALREADY_STARTED: () => kind === 'start-child' && isUp,
    COPPICE_ALREADY_PRESENT: () => kind === 'start-child' && isDown,
    COPPICE_RUNNING: () => (kind === 'restart-child' || kind === 'delete-child') && isUp,
    COPPICE_RESTARTING: () =>
      (kind === 'restart-child' || kind === 'delete-child') &&
      (fact?.rest === 'retry' || fact?.rest === 'delayed'),
    COPPICE_TOO_MANY_CHILDREN: () =>
      kind === 'start-child' && a.members.length >= (a.node.state.policy.maxChildren ?? Infinity),
    COPPICE_NOT_FOUND: () => !fact && (kind !== 'start-child' || grounds.some((each) => !a.member(each))),
    COPPICE_BAD_COMBINATION: () => grounds.some((each) => a.member(each)?.child.spec.restart === 'temporary'),
    COPPICE_BOUND: () =>
      kind === 'start-child'
        ? !fact && grounds.some((each) => !a.member(each)!.isUp)
        : STARTS.includes(kind) && fact !== undefined && !hasGround(fact, a.members),
    COPPICE_HAS_DEPENDANTS: () =>
      kind === 'delete-child' &&
      isDown &&
      a.members.some(({ child }) => child.spec.bindsTo?.includes(id) === true),
    COPPICE_START_FAILED: () =>
      STARTS.includes(kind) && tried?.isDown === true && tried.lastStart === 'failed',
    COPPICE_DYNAMIC_SUPERVISOR: () =>
      a.node.state.dynamic && (kind === 'restart-child' || kind === 'delete-child'),
    COPPICE_NOT_RUNNING: () => !a.isStarted || a.isStopping || a.isUndoing || a.hasEnded,
  }[code as string];
  if (!isTrue?.()) throw new Violation(`${kind} of '${id}' is refused with ${code}, which is not so`);
  if (code === 'COPPICE_START_FAILED' && fact) startedByCommand(a, fact, kind);
}
