/** The commands that have come and are not answered yet. */
import type { Command } from '../../../../src/model/message.js';
import { Violation } from './violation.js';

type Kind = Command['kind'];

export class CommandBook {
  readonly #open = new Map<unknown, { readonly command: Command; readonly since: number }>();

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

  /** It is answered now. @throws Violation if it has been before */
  close(to: unknown): Command {
    const open = this.#open.get(to);
    if (!open) throw new Violation(`a command is answered twice`);
    this.#open.delete(to);
    return open.command;
  }
}
