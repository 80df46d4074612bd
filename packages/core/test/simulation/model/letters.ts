/** What is on its way: any of it may arrive next, but what one sender tells one receiver stays in order. */
import type { Message } from '../../../src/model/message.js';
import type { Node } from './node.js';

interface Letter {
  readonly from: object;
  readonly to: Node;
  readonly message: Message;
}

export class Letters {
  readonly #letters: Letter[] = [];

  get isEmpty(): boolean {
    return this.#letters.length === 0;
  }

  send(from: object, to: Node, message: Message): void {
    this.#letters.push({ from, to, message });
  }

  /** One of them arrives; `at` chooses. False if nothing is on its way. */
  deliver(at: number): boolean {
    const chosen = this.#letters[at % this.#letters.length];
    if (!chosen) return false;
    // Nothing overtakes what the same sender has told the same receiver before.
    const first = this.#letters.findIndex(({ from, to }) => from === chosen.from && to === chosen.to);
    const [letter] = this.#letters.splice(first, 1);
    letter!.to.handle(letter!.message);
    return true;
  }
}
