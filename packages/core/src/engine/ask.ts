/** Commands to a supervisor, with their answers. */
import type { Child } from '../model/child.js';
import type { CoppiceError } from '../model/errors.js';
import type { Command } from '../model/message.js';
import type { Reply, SupervisorProcess } from './supervisor-process.js';

type Show<T> = (process: SupervisorProcess, child: Child) => T;

/**
 * Sends a command and waits for its answer: what `show` makes of the child that it was about, if it is given. Most
 * answers are there before the call is over, and cost one promise.
 */
export function ask(process: SupervisorProcess, command: Unaddressed): Promise<void>;
export function ask<T>(process: SupervisorProcess, command: Unaddressed, show: Show<T>): Promise<T>;
export function ask<T>(
  process: SupervisorProcess,
  command: Unaddressed,
  show?: Show<T>,
): Promise<T | undefined> {
  const answer = new Answer<T | undefined>(process, show ?? nothing);
  const addressed: Command = Object.assign(command, { to: answer });
  process.tree.send(process, { type: 'command', command: addressed });
  return answer.wait();
}

/** A command that does not say yet who is to be answered. It was made for this call, and is completed. */
type Unaddressed = WithoutTo<Command>;
type WithoutTo<C> = C extends Command ? Omit<C, 'to'> : never;

const nothing = (): undefined => undefined;

/** Takes the answer to a command, whether that is there at once or comes later. */
export class Answer<T> implements Reply {
  readonly #process: SupervisorProcess;
  readonly #show: Show<T>;
  #settled: Promise<T> | undefined = undefined;
  #waiting: { readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void } | undefined =
    undefined;

  constructor(process: SupervisorProcess, show: Show<T>) {
    this.#process = process;
    this.#show = show;
  }

  resolve(child: Child | undefined): void {
    const value = this.#show(this.#process, child as Child);
    if (this.#waiting) this.#waiting.resolve(value);
    else this.#settled = Promise.resolve(value);
  }

  reject(error: CoppiceError): void {
    if (this.#waiting) this.#waiting.reject(error);
    else this.#settled = Promise.reject(error);
  }

  wait(): Promise<T> {
    return this.#settled ?? new Promise<T>((resolve, reject) => (this.#waiting = { resolve, reject }));
  }
}
