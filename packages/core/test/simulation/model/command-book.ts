/** Every command is answered once, and the answer is true. */
import type { Child } from '../../../src/model/child.js';
import type { CoppiceError } from '../../../src/model/errors.js';
import type { Command } from '../../../src/model/message.js';
import { hasGround } from './kinship.js';
import type { Oracle } from './oracle.js';
import { Violation } from './violation.js';

type Kind = Command['kind'];

/** Those that start a child, if it is not up yet. */
const STARTS: readonly Kind[] = ['start-child', 'restart-child', 'restart-now', 'resume'];

export class CommandBook {
  readonly #oracle: Oracle;
  readonly #open = new Map<unknown, { readonly command: Command; readonly since: number }>();

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
  }

  get open(): number {
    return this.#open.size;
  }

  /** `since`: the number of the step in which it has come. */
  asked(command: Command, since: number): void {
    this.#open.set(command.to, { command, since });
  }

  /** Has somebody asked for one of these, and not been answered yet? */
  has(id: string, ...kinds: readonly Kind[]): boolean {
    return this.since(id, ...kinds) !== undefined;
  }

  /** In which step that was. */
  since(id: string, ...kinds: readonly Kind[]): number | undefined {
    if (this.#open.size === 0) return undefined;
    for (const { command, since } of this.#open.values()) {
      if (command.id === id && kinds.includes(command.kind)) return since;
    }
    return undefined;
  }

  replied(to: unknown, child: Child | undefined): void {
    const { kind, id } = this.#close(to);
    const fact = [this.#oracle.member(id), this.#oracle.removed(id)].find((each) => each?.child === child);
    if (!fact) throw new Violation(`${kind} of '${id}', which is no child`);
    const isThere = this.#oracle.member(id) === fact;
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
        if (kind === 'delete-child' && isThere)
          throw new Violation(`'${id}' was deleted, but is still there`);
        return this.#oracle.settleByCommand(fact);
      default: {
        fact.isNew = false;
        // It is added, and will be tried again.
        const isAdded = kind === 'start-child' && (fact.rest === 'delayed' || fact.rest === 'parked');
        if (fact.lastStart !== 'up' && fact.lastStart !== 'ignored' && !isAdded)
          throw new Violation(`${kind} of '${id}' is answered, but it did not start`);
        this.#oracle.startedByCommand(fact, kind);
      }
    }
  }

  refused(to: unknown, { code }: CoppiceError): void {
    const command = this.#close(to);
    const { kind, id } = command;
    const oracle = this.#oracle;
    const fact = oracle.member(id);
    const isUp = fact !== undefined && (!fact.isDown || fact.isUndecided);
    const isDown = fact !== undefined && fact.isDown;
    const tried = fact ?? oracle.removed(id);
    const grounds = kind === 'start-child' ? (command.spec.bindsTo ?? []) : [];
    const isTrue = {
      COPPICE_ALREADY_STARTED: () => kind === 'start-child' && isUp,
      COPPICE_ALREADY_PRESENT: () => kind === 'start-child' && isDown,
      COPPICE_RUNNING: () => (kind === 'restart-child' || kind === 'delete-child') && isUp,
      COPPICE_RESTARTING: () =>
        (kind === 'restart-child' || kind === 'delete-child') &&
        (fact?.rest === 'retry' || fact?.rest === 'delayed'),
      COPPICE_TOO_MANY_CHILDREN: () =>
        kind === 'start-child' && oracle.members.length >= (oracle.node.state.policy.maxChildren ?? Infinity),
      COPPICE_NOT_FOUND: () =>
        !fact && (kind !== 'start-child' || grounds.some((each) => !oracle.member(each))),
      COPPICE_BAD_COMBINATION: () =>
        grounds.some((each) => oracle.member(each)?.child.spec.restart === 'temporary'),
      COPPICE_BOUND: () =>
        kind === 'start-child'
          ? !fact && grounds.some((each) => !oracle.member(each)!.isUp)
          : STARTS.includes(kind) && fact !== undefined && !hasGround(fact, oracle.members),
      COPPICE_HAS_DEPENDANTS: () =>
        kind === 'delete-child' &&
        isDown &&
        oracle.members.some(({ child }) => child.spec.bindsTo?.includes(id) === true),
      COPPICE_START_FAILED: () =>
        STARTS.includes(kind) && tried?.isDown === true && tried.lastStart === 'failed',
      COPPICE_DYNAMIC_SUPERVISOR: () =>
        oracle.node.state.dynamic && (kind === 'restart-child' || kind === 'delete-child'),
      COPPICE_NOT_RUNNING: () => oracle.isIdle || oracle.isStopping || oracle.isUndoing || oracle.isOver,
    }[code as string];
    if (!isTrue?.()) throw new Violation(`${kind} of '${id}' is refused with ${code}, which is not so`);
    if (code === 'COPPICE_START_FAILED' && fact) this.#oracle.startedByCommand(fact, kind);
  }

  #close(to: unknown): Command {
    const open = this.#open.get(to);
    if (!open) throw new Violation(`a command is answered twice`);
    this.#open.delete(to);
    return open.command;
  }
}
