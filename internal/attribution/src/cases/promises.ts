/** Rejections that nobody handles. */
import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { promisify } from 'node:util';
import { type Case, deferred, later } from '../case.js';

export const promises: readonly Case[] = [
  { name: '`Promise.reject`', right: 'A', parts: ({ error }) => ({ A: () => void Promise.reject(error) }) },
  {
    name: 'an async function that throws at once',
    right: 'A',
    parts: ({ boom }) => ({ A: () => void (async () => boom())() }),
  },
  {
    name: 'an async function that throws after an `await`',
    right: 'A',
    parts: ({ boom }) => ({
      A: () => {
        void (async () => {
          await Promise.resolve();
          boom();
        })();
      },
    }),
  },
  {
    name: 'a promise rejected in a timer',
    right: 'A',
    parts: ({ error }) => ({ A: () => void new Promise((_, reject) => later(() => reject(error))) }),
  },
  {
    name: 'a rejection through `then`, `finally` and `then`',
    right: 'A',
    parts: ({ boom }) => ({
      A: () =>
        void Promise.resolve()
          .then(boom)
          .finally(() => undefined)
          .then(() => undefined),
    }),
  },
  {
    name: 'a throw in `finally`',
    right: 'A',
    parts: ({ boom }) => ({ A: () => void Promise.resolve().finally(boom) }),
  },
  {
    name: '`Promise.all`',
    right: 'A',
    parts: ({ error }) => ({ A: () => void Promise.all([Promise.resolve(1), Promise.reject(error)]) }),
  },
  {
    name: '`Promise.any`',
    right: 'A',
    parts: ({ error }) => ({ A: () => void Promise.any([Promise.reject(error), Promise.reject(error)]) }),
  },
  {
    name: '`for await` over an async generator',
    right: 'A',
    parts: ({ boom }) => ({
      A: () => {
        async function* source() {
          yield await Promise.resolve(1);
          boom();
        }
        void (async () => {
          for await (const _ of source());
        })();
      },
    }),
  },
  {
    name: 'a thenable that throws',
    right: 'A',
    parts: ({ boom }) => ({
      // oxlint-disable-next-line unicorn/no-thenable
      A: () => void Promise.resolve({ then: boom }),
    }),
  },
  {
    name: 'a promise rejected with a string',
    right: 'A',
    parts: () => ({ A: () => void Promise.reject('text') }),
  },
  {
    name: 'a promise rejected with `undefined`',
    right: 'A',
    parts: () => ({ A: () => void Promise.reject() }),
  },
  {
    name: '`import()` of a module that throws',
    right: 'A',
    parts: () => ({ A: () => void import(`data:text/javascript,throw new Error("${Math.random()}")`) }),
  },
  {
    name: '`promisify`',
    right: 'A',
    parts: ({ error }) => ({
      A: () => void promisify((done: (error: Error) => void) => later(() => done(error)))(),
    }),
  },
  {
    name: '`events.once`, rejected by `error`',
    right: 'A',
    parts: ({ error }) => ({
      A: () => {
        const emitter = new EventEmitter();
        void once(emitter, 'ready');
        later(() => emitter.emit('error', error));
      },
    }),
  },
  {
    name: '`events.once` in A on an emitter that B emits on',
    right: 'A',
    parts: ({ error }) => {
      const emitter = new EventEmitter();
      return {
        A: () => void once(emitter, 'ready'),
        B: () => later(() => emitter.emit('error', error)),
      };
    },
    note: 'From Node 24 on a rejection belongs to the context that rejects: handle the promise, or pass its rejection to `fail`.',
  },
  {
    name: 'a promise that B made and handed out, rejected by A',
    right: 'A',
    parts: ({ error }) => {
      let job: ReturnType<typeof deferred>;
      return {
        B: () => void (job = deferred()),
        A: () => later(() => job.reject(error)),
      };
    },
    note: 'Before Node 24 a rejection belongs to whoever made the promise, from then on to whoever rejects it.',
  },
  {
    name: 'a promise of A that B awaits, and does not handle',
    right: 'B',
    parts: ({ error }) => {
      const job = deferred();
      return {
        A: () => later(() => later(() => job.reject(error))),
        B: () => {
          void (async () => {
            await job.promise;
          })();
        },
      };
    },
  },
];
