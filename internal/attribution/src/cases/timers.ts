/** Timers, queues and messages within one child. */
import {
  scheduler,
  setImmediate as immediate,
  setInterval as ticks,
  setTimeout as sleep,
} from 'node:timers/promises';
import { type Case, ignoreErrors, later } from '../case.js';

const MICROTASK_ON_20 =
  'Before Node 24 a microtask that throws has left its context: `queueMicrotask(bind(fn))`.';

export const timers: readonly Case[] = [
  { name: '`setTimeout`', right: 'A', parts: ({ boom }) => ({ A: () => void setTimeout(boom, 1) }) },
  {
    name: '`setInterval`, second tick',
    right: 'A',
    parts: ({ boom, defer }) => ({
      A: () => {
        let tick = 0;
        const timer = setInterval(() => ++tick === 2 && (clearInterval(timer), boom()), 1);
        defer(() => clearInterval(timer));
      },
    }),
  },
  { name: '`setImmediate`', right: 'A', parts: ({ boom }) => ({ A: () => void setImmediate(boom) }) },
  { name: '`process.nextTick`', right: 'A', parts: ({ boom }) => ({ A: () => process.nextTick(boom) }) },
  {
    name: '`queueMicrotask`',
    right: 'A',
    note: MICROTASK_ON_20,
    parts: ({ boom }) => ({ A: () => queueMicrotask(boom) }),
  },
  {
    name: '`queueMicrotask` after an `await`',
    right: 'A',
    note: MICROTASK_ON_20,
    parts: ({ boom }) => ({ A: () => void sleep(1).then(() => queueMicrotask(boom)) }),
  },
  {
    name: '`queueMicrotask(bind(fn))`',
    right: 'A',
    parts: ({ boom }) => ({ A: ({ bind }) => queueMicrotask(bind(boom)) }),
  },
  {
    name: 'a timer set by a timer set by a timer',
    right: 'A',
    parts: ({ boom }) => ({ A: () => later(() => later(() => later(boom))) }),
  },
  {
    name: 'a timer set after several `await`s',
    right: 'A',
    parts: ({ boom }) => ({
      A: async () => {
        await sleep(1);
        await Promise.resolve();
        await immediate();
        later(boom);
      },
    }),
  },
  {
    name: 'a timer of A that B starts anew with `refresh()`',
    right: 'A',
    parts: ({ boom }) => {
      let timer: NodeJS.Timeout;
      return {
        A: () => void (timer = setTimeout(boom, 60)),
        B: () => later(() => timer.refresh()),
      };
    },
  },
  {
    name: '`timers/promises`: `setTimeout`',
    right: 'A',
    parts: ({ boom }) => ({ A: () => void sleep(1).then(boom) }),
  },
  {
    name: '`timers/promises`: `for await` over `setInterval`',
    right: 'A',
    parts: ({ boom }) => ({
      A: () => {
        void (async () => {
          for await (const _ of ticks(1)) boom();
        })();
      },
    }),
  },
  {
    name: '`scheduler.yield`',
    right: 'A',
    parts: ({ boom }) => ({ A: () => void scheduler.yield().then(boom) }),
  },
  {
    name: 'listener of `AbortSignal.timeout`',
    right: 'A',
    parts: ({ boom, defer }) => ({
      A: () => {
        const signal = AbortSignal.timeout(1);
        signal.addEventListener('abort', boom);
        // The signal's own timer does not hold the event loop, nor does a signal that nobody refers to live.
        const timer = setTimeout(() => signal.aborted, 1_000);
        defer(() => clearTimeout(timer));
      },
    }),
  },
  {
    name: '`MessageChannel`, message handler',
    right: 'A',
    parts: ({ boom, defer }) => ({
      A: () => {
        const { port1, port2 } = new MessageChannel();
        defer(() => port1.close());
        port1.on('message', boom);
        port2.postMessage('go');
      },
    }),
  },
  {
    name: '`MessageChannel`: handler of A, message from B',
    right: 'A',
    parts: ({ boom, defer }) => {
      const { port1, port2 } = new MessageChannel();
      defer(() => port1.close());
      return {
        A: () => void port1.on('message', boom),
        B: () => later(() => port2.postMessage('go')),
      };
    },
    note: 'The port was made outside of both children; where the port is made counts, not who listens. Make ports in the child, or `bind`.',
  },
  {
    name: '`BroadcastChannel`, message handler',
    right: 'A',
    parts: ({ boom, defer }) => ({
      A: () => {
        const hears = new BroadcastChannel('attribution');
        const says = new BroadcastChannel('attribution');
        defer(() => (hears.close(), says.close()));
        hears.onmessage = boom;
        later(() => says.postMessage('go'));
      },
    }),
  },
  {
    name: '`throw null` in a timer',
    right: 'A',
    parts: () => ({
      A: () =>
        later(() => {
          throw null;
        }),
    }),
  },
  {
    name: 'a string thrown in a timer',
    right: 'A',
    parts: () => ({
      A: () =>
        later(() => {
          // oxlint-disable-next-line no-throw-literal
          throw 'text';
        }),
    }),
  },
  {
    name: 'a string thrown in a microtask, bound',
    right: 'A',
    note: 'What is no object cannot be tagged, so that before Node 24 nothing is left: throw errors.',
    parts: () => ({
      A: ({ bind }) =>
        queueMicrotask(
          bind(() => {
            throw 'text';
          }),
        ),
    }),
  },
  {
    name: 'a stack overflow in a timer',
    right: 'A',
    parts: () => {
      const deeper = (): number => deeper() + 1;
      return { A: () => later(deeper) };
    },
  },
  {
    name: 'a throw within another `AsyncLocalStorage` of the user',
    right: 'A',
    parts: ({ boom }) => ({
      A: async () => {
        const { AsyncLocalStorage } = await import('node:async_hooks');
        const request = new AsyncLocalStorage<string>();
        later(() => request.run('a request', boom));
      },
    }),
  },
  {
    name: 'the callback of a `FinalizationRegistry`',
    right: 'A',
    note: 'The garbage collector has no context: `new FinalizationRegistry(bind(fn))`.',
    parts: ({ boom, defer }) => ({
      A: () => {
        const registry = new FinalizationRegistry(boom);
        registry.register({}, 'held');
        const timer = setInterval(collectGarbage, 5);
        defer(() => (clearInterval(timer), registry.unregister(registry)));
      },
    }),
  },
  {
    name: 'the callback of a `FinalizationRegistry`, bound',
    right: 'A',
    parts: ({ boom, defer }) => ({
      A: ({ bind }) => {
        const registry = new FinalizationRegistry(bind(boom));
        registry.register({}, 'held');
        const timer = setInterval(collectGarbage, 5);
        defer(() => (clearInterval(timer), registry.unregister(registry)));
      },
    }),
  },
  {
    name: '`PerformanceObserver` of A, mark set by B',
    right: 'A',
    note: 'The observers of a process share one queue, which runs in the context of whoever filled it: `bind`.',
    parts: ({ boom, defer }) => ({
      A: () => {
        const observer = new PerformanceObserver(boom);
        observer.observe({ entryTypes: ['mark'] });
        defer(() => observer.disconnect());
      },
      B: () => later(() => void performance.mark('attribution')),
    }),
  },
  {
    name: 'an own promise that is handled too late',
    right: 'A',
    parts: ({ error }) => ({
      A: () => {
        const failed = Promise.reject(error);
        setTimeout(() => void failed.catch(ignoreErrors), 20);
      },
    }),
  },
];

/** Node has no call for it unless it was started with a flag. */
function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}
