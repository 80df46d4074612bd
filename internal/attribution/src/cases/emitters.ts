/** Emitters, event targets and other places where one calls what another has left there. */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { EventEmitter, EventEmitterAsyncResource } from 'node:events';
import { type Case, later } from '../case.js';

const EMITTER = 'A listener runs in the context of whoever emits: `on(name, bind(listener))`.';

export const emitters: readonly Case[] = [
  {
    name: 'own emitter, `error` without a listener',
    right: 'A',
    parts: ({ error }) => ({ A: () => later(() => new EventEmitter().emit('error', error)) }),
  },
  {
    name: 'own emitter, a listener throws',
    right: 'A',
    parts: ({ boom }) => ({
      A: () => {
        const emitter = new EventEmitter().on('go', boom);
        later(() => emitter.emit('go'));
      },
    }),
  },
  {
    name: 'listener of A, emitted by B',
    right: 'A',
    note: EMITTER,
    parts: ({ boom }) => {
      const emitter = new EventEmitter();
      return { A: () => void emitter.on('go', boom), B: () => later(() => emitter.emit('go')) };
    },
  },
  {
    name: 'listener of A, emitted by B, bound',
    right: 'A',
    parts: ({ boom }) => {
      const emitter = new EventEmitter();
      return { A: ({ bind }) => void emitter.on('go', bind(boom)), B: () => later(() => emitter.emit('go')) };
    },
  },
  {
    name: 'listener of A, emitted by no child',
    right: 'A',
    note: EMITTER,
    parts: ({ boom }) => {
      const emitter = new EventEmitter();
      return { A: () => void emitter.on('go', boom), outside: () => emitter.emit('go') };
    },
  },
  {
    name: 'listener of A, emitted by no child, bound',
    right: 'A',
    parts: ({ boom }) => {
      const emitter = new EventEmitter();
      return { A: ({ bind }) => void emitter.on('go', bind(boom)), outside: () => emitter.emit('go') };
    },
  },
  {
    name: 'emitter of A without a listener for `error`, emitted by B',
    right: 'B',
    parts: ({ error }) => {
      let emitter: EventEmitter;
      return {
        A: () => void (emitter = new EventEmitter()),
        B: () => later(() => emitter.emit('error', error)),
      };
    },
  },
  {
    name: 'async listener of A, emitted by B',
    right: 'A',
    note: EMITTER,
    parts: ({ boom }) => {
      const emitter = new EventEmitter();
      return {
        // oxlint-disable-next-line typescript/no-misused-promises
        A: () => void emitter.on('go', async () => boom()),
        B: () => later(() => emitter.emit('go')),
      };
    },
  },
  {
    name: 'async listener of A, emitted by B, bound',
    right: 'A',
    parts: ({ boom }) => {
      const emitter = new EventEmitter();
      return {
        A: ({ bind }) =>
          void emitter.on(
            'go',
            // oxlint-disable-next-line typescript/no-misused-promises
            bind(async () => boom()),
          ),
        B: () => later(() => emitter.emit('go')),
      };
    },
  },
  {
    name: '`captureRejections`: async listener of A, emitted by B, no `error` listener',
    right: 'A',
    note: EMITTER,
    parts: ({ boom }) => {
      const emitter = new EventEmitter({ captureRejections: true });
      return {
        // oxlint-disable-next-line typescript/no-misused-promises
        A: () => void emitter.on('go', async () => boom()),
        B: () => later(() => emitter.emit('go')),
      };
    },
  },
  {
    name: '`EventEmitterAsyncResource` of A, emitted by B',
    right: 'A',
    note: EMITTER,
    parts: ({ boom }) => {
      let emitter: EventEmitterAsyncResource;
      return {
        A: () => {
          emitter = new EventEmitterAsyncResource({ name: 'attribution' });
          emitter.on('go', boom);
        },
        B: () => later(() => emitter.emit('go')),
      };
    },
  },
  {
    name: '`EventTarget`: listener of A, dispatched by A',
    right: 'A',
    parts: ({ boom }) => ({
      A: () => {
        const target = new EventTarget();
        target.addEventListener('go', boom);
        later(() => target.dispatchEvent(new Event('go')));
      },
    }),
  },
  {
    name: '`EventTarget`: listener of A, dispatched by B',
    right: 'A',
    note: EMITTER,
    parts: ({ boom }) => {
      const target = new EventTarget();
      return {
        A: () => target.addEventListener('go', boom),
        B: () => later(() => target.dispatchEvent(new Event('go'))),
      };
    },
  },
  {
    name: '`EventTarget`: listener of A, dispatched by B, bound',
    right: 'A',
    parts: ({ boom }) => {
      const target = new EventTarget();
      return {
        A: ({ bind }) => target.addEventListener('go', bind(boom)),
        B: () => later(() => target.dispatchEvent(new Event('go'))),
      };
    },
  },
  {
    name: 'abort listener of A on a controller that B aborts',
    right: 'A',
    note: EMITTER,
    parts: ({ boom }) => {
      const controller = new AbortController();
      return {
        A: () => controller.signal.addEventListener('abort', boom),
        B: () => later(() => controller.abort()),
      };
    },
  },
  {
    name: '`diagnostics_channel`: subscriber A, published by B',
    right: 'A',
    note: EMITTER,
    parts: ({ boom, defer }) => {
      const news = channel('attribution');
      return {
        A: () => {
          news.subscribe(boom);
          defer(() => news.unsubscribe(boom));
        },
        B: () => later(() => news.publish('go')),
      };
    },
  },
  {
    name: '`AsyncResource.bind` in A, called by B: throws at once',
    right: 'A',
    note: 'The context ends with the call, before anybody catches: `ctx.bind`, which leaves a tag.',
    parts: ({ boom }) => {
      let callback: () => void;
      return { A: () => void (callback = AsyncResource.bind(boom)), B: () => later(() => callback()) };
    },
  },
  {
    name: '`AsyncResource.bind` in A, called by B: throws in a timer',
    right: 'A',
    parts: ({ boom }) => {
      let callback: () => void;
      return {
        A: () => void (callback = AsyncResource.bind(() => later(boom))),
        B: () => later(() => callback()),
      };
    },
  },
  {
    name: '`AsyncLocalStorage.snapshot` in A, called by B: throws at once',
    right: 'A',
    note: 'The context ends with the call, before anybody catches: `ctx.bind`, which leaves a tag.',
    parts: ({ boom }) => {
      let inA: <T>(code: () => T) => T;
      return {
        A: () => void (inA = AsyncLocalStorage.snapshot()),
        B: () => later(() => inA(boom)),
      };
    },
  },
  {
    name: 'function that A bound, called by B in a timer',
    right: 'A',
    parts: ({ boom }) => {
      let callback: () => void;
      return { A: ({ bind }) => void (callback = bind(boom)), B: () => later(() => callback()) };
    },
  },
  {
    name: 'function that A bound, called by B: leaves a timer that throws',
    right: 'A',
    parts: ({ boom }) => {
      let callback: () => void;
      return {
        A: ({ bind }) => void (callback = bind(() => later(boom))),
        B: () => later(() => callback()),
      };
    },
  },
  {
    name: 'bound by A within a function that B bound',
    right: 'A',
    parts: ({ boom }) => {
      let inner: () => void;
      return {
        A: ({ bind }) => void (inner = bind(boom)),
        B: ({ bind }) => later(bind(() => inner())),
      };
    },
  },
  {
    name: 'one error object, thrown by bound code of A and caught, then by B',
    right: 'B',
    note: 'The tag is on the error, and the first one stays: make a new error for each throw.',
    parts: ({ boom }) => ({
      A: ({ bind }) => {
        try {
          bind(boom)();
        } catch {
          // Handled; but the error keeps its tag.
        }
      },
      B: () => later(boom),
    }),
  },
  {
    name: '`process.on(signal)`: the only listener',
    right: 'A',
    parts: ({ boom, defer }) => ({
      A: () => {
        process.on('SIGUSR2', boom);
        defer(() => process.off('SIGUSR2', boom));
      },
      outside: () => process.kill(process.pid, 'SIGUSR2'),
    }),
  },
  {
    name: '`process.on(signal)`: listener of A, where B has had one before',
    right: 'A',
    note: 'All listeners of a signal run in the context of the first one: `bind`.',
    parts: ({ boom, defer }) => ({
      B: () => {
        const first = (): void => undefined;
        process.on('SIGUSR2', first);
        defer(() => process.off('SIGUSR2', first));
      },
      A: () => {
        process.on('SIGUSR2', boom);
        defer(() => process.off('SIGUSR2', boom));
      },
      outside: () => process.kill(process.pid, 'SIGUSR2'),
    }),
  },
  {
    name: "`process.on('warning')` of A, warning from B",
    right: 'A',
    note: EMITTER,
    parts: ({ boom, defer }) => ({
      A: () => {
        process.on('warning', boom);
        defer(() => process.off('warning', boom));
      },
      B: () => later(() => process.emitWarning('attribution')),
    }),
  },
];
