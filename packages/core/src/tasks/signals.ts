/**
 * Waiting for a signal to be aborted, by many at once. They share one listener, which is there while anybody
 * waits: with more than ten Node warns of a leak.
 */

type Quit = (reason: unknown) => void;

const waiting = new WeakMap<AbortSignal, { readonly quits: Set<Quit>; readonly listener: () => void }>();

/** Calls `quit` when the signal is aborted, unless the function that this returns is called before. */
export function whenAborted(signal: AbortSignal, quit: Quit): () => void {
  const { quits, listener } = waiting.get(signal) ?? listen(signal);
  quits.add(quit);
  return () => {
    if (!quits.delete(quit) || quits.size > 0) return;
    waiting.delete(signal);
    signal.removeEventListener('abort', listener);
  };
}

function listen(signal: AbortSignal): { readonly quits: Set<Quit>; readonly listener: () => void } {
  const quits = new Set<Quit>();
  const listener = (): void => {
    for (const quit of quits) quit(signal.reason);
  };
  const entry = { quits, listener };
  waiting.set(signal, entry);
  signal.addEventListener('abort', listener, { once: true });
  return entry;
}
