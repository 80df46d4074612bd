/**
 * What is to be run in a tree, and for whom, in order of arrival. Mostly there is one message, or none: that one has a
 * place of its own, so that a restart costs no queue.
 */
import type { Message } from '../model/message.js';
import { Queue } from '../model/queue.js';

/** Whoever takes messages. */
export interface Receiver {
  handle(message: Message): void;
}

export class Inbox {
  #receiver: Receiver | undefined = undefined;
  #message: Message | undefined = undefined;
  /** Those behind it: two queues in step, so that a message costs no more than itself. */
  readonly #receivers = new Queue<Receiver>();
  readonly #messages = new Queue<Message>();

  get isEmpty(): boolean {
    return this.#receiver === undefined && this.#messages.size === 0;
  }

  push(to: Receiver, message: Message): void {
    if (this.isEmpty) {
      this.#receiver = to;
      this.#message = message;
    } else {
      this.#receivers.push(to);
      this.#messages.push(message);
    }
  }

  /** Has the first one handled. */
  handleNext(): void {
    const first = this.#receiver;
    if (first) {
      const message = this.#message as Message;
      this.#receiver = undefined;
      this.#message = undefined;
      first.handle(message);
    } else {
      this.#receivers.shift()?.handle(this.#messages.shift() as Message);
    }
  }
}
