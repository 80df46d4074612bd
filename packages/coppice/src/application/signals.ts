/** Signals: which can be used, what is heard of them, and who else listens. */
import { constants } from 'node:os';
import { show } from '@coppice/core/kit';
import { ApplicationError, hint } from './errors.js';

/** Signals that Node cannot hear, or after which nothing can be trusted. */
const UNUSABLE: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGKILL: 'cannot be heard by any process',
  SIGSTOP: 'cannot be heard by any process',
  SIGSEGV: 'says that memory is broken: nothing can be stopped in order after it',
  SIGBUS: 'says that memory is broken: nothing can be stopped in order after it',
  SIGFPE: 'would come again for ever if it were handled',
  SIGILL: 'would come again for ever if it were handled',
};

/** A terminal sends Ctrl-C to npm and to us, and npm hands it on: what comes so soon is the same wish again. */
const ECHO_MS = 300;

/** The signals to use, each once. @throws ApplicationError `COPPICE_APP_UNKNOWN_SIGNAL`, `COPPICE_APP_UNUSABLE_SIGNAL` */
export function checkSignals(given: unknown): readonly NodeJS.Signals[] {
  if (!Array.isArray(given)) {
    throw new ApplicationError('COPPICE_APP_INVALID_OPTION', {
      key: 'signals',
      expected: "an array of signal names, like ['SIGTERM', 'SIGINT']",
      got: show(given),
    });
  }
  return [...new Set(given.map(checkSignal))];
}

function checkSignal(name: unknown): NodeJS.Signals {
  const known = Object.keys(constants.signals);
  if (typeof name !== 'string' || !known.includes(name)) {
    throw new ApplicationError('COPPICE_APP_UNKNOWN_SIGNAL', {
      got: show(name),
      hint: typeof name === 'string' ? hint(name.startsWith('SIG') ? name : `SIG${name}`, known) : '',
    });
  }
  const why = UNUSABLE[name as NodeJS.Signals];
  if (why !== undefined) throw new ApplicationError('COPPICE_APP_UNUSABLE_SIGNAL', { signal: name, why });
  return name as NodeJS.Signals;
}

/** With which code a process ends that a signal has ended: 128 + n, as shells have it. */
export const exitCodeFor = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/** What to do when a signal comes. */
export interface SignalHandlers {
  /** For the first time: begin to stop. */
  first(signal: NodeJS.Signals): void;
  /** Once more, by somebody who does not want to wait. */
  again(signal: NodeJS.Signals): void;
}

/** Listens until the function that it returns is called. */
export function listenForSignals(signals: readonly NodeJS.Signals[], handlers: SignalHandlers): () => void {
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      handlers.first(signal);
    } else if (now - firstAt > ECHO_MS) {
      handlers.again(signal);
    }
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}

/** How many listeners of each signal are not ours, and may end the process while it is being stopped in order. */
export function foreignListeners(
  signals: readonly NodeJS.Signals[],
  ours: number,
): { readonly signal: NodeJS.Signals; readonly count: number }[] {
  const polite = ours > 0 ? politeListeners() : 0;
  return signals
    .map((signal) => ({ signal, count: process.listenerCount(signal) - ours - polite }))
    .filter(({ count }) => count > 0);
}

/** `signal-exit` (execa and many others use it) ends the process only if nobody else listens. */
function politeListeners(): number {
  const emitters: unknown[] = [
    (globalThis as Record<symbol, unknown>)[Symbol.for('signal-exit emitter')],
    (process as unknown as Record<string, unknown>)['__signal_exit_emitter__'],
  ];
  return emitters.reduce<number>((sum, emitter) => {
    const count = (emitter as { count?: unknown } | undefined)?.count;
    return sum + (typeof count === 'number' ? count : 0);
  }, 0);
}
