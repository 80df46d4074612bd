/** Every command is answered once, and the answer is true. */
import type { Child } from '../../../src/model/child.js';
import type { CoppiceError } from '../../../src/model/errors.js';
import type { Command } from '../../../src/model/message.js';
import type { Oracle } from './oracle.js';
import { Violation } from './violation.js';

export class CommandBook {
  readonly #oracle: Oracle;
  readonly #open = new Map<unknown, Command>();

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
  }

  get open(): number {
    return this.#open.size;
  }

  asked(command: Command): void {
    this.#open.set(command.to, command);
  }

  isTerminating(id: string): boolean {
    return this.#has(id, 'terminate-child');
  }

  isStarting(id: string): boolean {
    return this.#has(id, 'start-child') || this.#has(id, 'restart-child');
  }

  isDeleting(id: string): boolean {
    return this.#has(id, 'delete-child');
  }

  replied(to: unknown, child: Child): void {
    const { kind, id } = this.#close(to);
    const fact = [this.#oracle.member(id), this.#oracle.removed(id)].find((each) => each?.child === child);
    if (!fact) throw new Violation(`${kind} of '${id}', which is no child`);
    if (kind === 'start-child' || kind === 'restart-child') {
      fact.isNew = false;
      const isFine = fact.outcome === 'started' || fact.outcome === 'ignored';
      if (!isFine) throw new Violation(`${kind} of '${id}' is answered, but it did not start`);
      return;
    }
    if (!fact.isDown) throw new Violation(`${kind} of '${id}' is answered, but it is alive`);
    const isThere = this.#oracle.member(id) === fact;
    if (kind === 'delete-child' && isThere) throw new Violation(`'${id}' was deleted, but is still there`);
    this.#oracle.settleByCommand(fact);
  }

  refused(to: unknown, { code }: CoppiceError): void {
    const { kind, id } = this.#close(to);
    const oracle = this.#oracle;
    const fact = oracle.member(id);
    const isUp = fact !== undefined && (!fact.isDown || fact.mayBeUndecided);
    const isDown = fact !== undefined && fact.isDown;
    const tried = fact ?? oracle.removed(id);
    const isTrue = {
      COPPICE_ALREADY_STARTED: () => kind === 'start-child' && isUp,
      COPPICE_ALREADY_PRESENT: () => kind === 'start-child' && isDown,
      COPPICE_RUNNING: () => kind !== 'start-child' && isUp,
      COPPICE_RESTARTING: () => fact?.due === 'retry',
      COPPICE_NOT_FOUND: () => !fact,
      COPPICE_START_FAILED: () => tried?.isDown === true && tried.outcome === 'failed',
      COPPICE_DYNAMIC_SUPERVISOR: () => oracle.node.state.dynamic,
      COPPICE_NOT_RUNNING: () => oracle.isIdle || oracle.isStopping || oracle.isUndoing || oracle.isOver,
    }[code as string];
    if (!isTrue?.()) throw new Violation(`${kind} of '${id}' is refused with ${code}, which is not so`);
  }

  #has(id: string, kind: Command['kind']): boolean {
    if (this.#open.size === 0) return false;
    for (const command of this.#open.values()) if (command.id === id && command.kind === kind) return true;
    return false;
  }

  #close(to: unknown): Command {
    const command = this.#open.get(to);
    if (!command) throw new Violation(`a command is answered twice`);
    this.#open.delete(to);
    return command;
  }
}
