/** The ways to fail: how programs do, from the everyday ones to those that no try...catch helps against. */
import { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { type Context, Shutdown } from 'coppice';

/** A way to make something fail that has a value of type V. */
export interface Way<V = void> {
  readonly name: string;
  readonly strike: (value: V) => void;
  /** Nothing that is written in the child itself can catch it. Such ways come first. */
  readonly isHard?: boolean;
  /** A fault that goes astray: an application contains so many of them and no more. */
  readonly isStray?: boolean;
}

/** How the promise of a task ends when it should not. */
export const waysOfPromises = (resolve: () => void, reject: (error: unknown) => void): Way[] => [
  {
    name: 'an exception in its loop',
    strike: () => {
      try {
        JSON.parse('{ "half": ');
      } catch (error) {
        reject(error);
      }
    },
  },
  { name: 'it returns early', strike: resolve },
];

/** How callbacks fail, of which no promise knows. */
export const waysOfCallbacks = ({ fail, end }: Context): Way[] => [
  {
    name: `an emitter's 'error' event`,
    strike: () => {
      const emitter = new EventEmitter().on('error', fail);
      emitter.emit('error', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    },
  },
  { name: 'it shuts itself down', strike: () => end(new Shutdown('chaos wants a new one')) },
];

/**
 * How code fails behind the back of whoever called it. Without containment each of these ends the process. The
 * one who strikes is another child: `bind` makes the code run as that of the child that is struck.
 */
export const waysAstray = ({ bind }: Context): Way[] => [
  {
    name: 'a timer of its own throws',
    isHard: true,
    isStray: true,
    strike: bind(() => {
      setTimeout(() => {
        throw new Error('chaos: threw in a timer');
      }, 20);
    }),
  },
  {
    name: 'a rejection that nobody handles',
    isHard: true,
    isStray: true,
    strike: bind(() => void wait(20).then(() => Promise.reject(new Error('chaos: leaked a rejection')))),
  },
];
