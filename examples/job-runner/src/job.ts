/** What a job is, wherever it is: in the queue, in a thread, among the results. */
import type { ErrorWire } from 'coppice';
import type { Kind } from './work/kinds.js';

/** As it stands in the file of the queue. */
export interface Job {
  /** Of its own; without `/`, since it is its name in the tree as well. */
  readonly id: string;
  readonly kind: Kind;
  /** What it is to be done with: a size, a limit, a number. */
  readonly input: number;
  /** Higher ones are done first; of equal ones, the one that came first. */
  readonly priority: number;
}

export type Value = string | number;

/** What crosses the border between the program and a thread. */
export interface JobThread {
  toThread: { readonly job: Job; readonly attempt: number };
  fromThread: Answer;
}

/** Errors do not cross it as they are; `fromWire` makes one of them again. */
export type Answer = { readonly value: Value } | { readonly error: ErrorWire };
