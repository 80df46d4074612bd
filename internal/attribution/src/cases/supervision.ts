/** What supervision itself does with the code of children. */
import { setTimeout as sleep } from 'node:timers/promises';
import { task } from 'coppice';
import { type Case, later } from '../case.js';

export const supervision: readonly Case[] = [
  {
    name: "timer of an incarnation that has ended: a late fault, not its successor's",
    right: 'A',
    parts: ({ boom }) => ({
      A: ({ end }) => {
        setTimeout(boom, 20);
        end();
      },
    }),
  },
  {
    name: 'timer set by a deferred function',
    right: 'A',
    parts: ({ boom }) => ({
      A: ({ defer, end }) => {
        defer(() => later(boom));
        end();
      },
    }),
  },
  {
    name: 'listener of `ctx.signal` throws',
    right: 'A',
    parts: ({ boom }) => ({
      A: ({ signal, end }) => {
        signal.addEventListener('abort', boom);
        later(() => end());
      },
    }),
  },
  {
    name: '`ctx.sleep`, then a throw',
    right: 'A',
    parts: ({ boom }) => ({ A: (context) => void context.sleep(1).then(boom) }),
  },
  {
    name: 'listener of the events of a tree, added by no child: a timer it sets',
    right: 'none',
    note: 'Listeners run in the context of what has happened, here the end of A. Do not leave work behind in listeners.',
    parts: ({ boom, tree }) => ({
      A: ({ end }) => void setTimeout(end, 20),
      outside: () => tree().once('child:completed', () => later(boom)),
    }),
  },
  {
    name: 'child that A starts with `startChild`: its timer',
    right: 'B',
    parts: ({ boom, tree }) => {
      const child = task({
        id: 'B',
        restart: 'temporary',
        run: ({ signal }) => {
          later(boom);
          return new Promise((resolve) => signal.addEventListener('abort', resolve));
        },
      });
      return { A: () => later(() => tree().startChild(child)) };
    },
  },
  {
    name: 'floating promise of a `start` that has resolved',
    right: 'A',
    parts: ({ boom }) => ({
      A: async () => {
        void sleep(5).then(boom);
        await sleep(1);
      },
    }),
  },
];
