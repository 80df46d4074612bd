/** A function as the task of a thread. */
import { CommandError, type ExitReason, StopRequest, realClock } from '@coppice/core';
import { Sleepers, isAbortOf, isShutdown, refused, show } from '@coppice/core/kit';
import { type TransferListItem, parentPort } from 'node:worker_threads';
import type { ThreadContext } from './context.js';
import { ThreadError } from './errors.js';
import { InThread, reasonOf } from './in-thread.js';
import { lineLogger } from './log-line.js';

export function runFunction(run: (context: ThreadContext) => unknown, isManual: boolean): void {
  const controller = new AbortController();
  const { signal } = controller;
  let isAsked = false;
  let isDecided = false;

  const sleepers = new Sleepers(realClock);
  const abort = (code: 'COPPICE_STOP_REQUESTED' | 'COPPICE_ENDED'): void => {
    const reason = new StopRequest(code, { path: thread.link.about.path });
    controller.abort(reason);
    sleepers.wake(signal.reason);
  };
  const thread = new InThread(() => {
    isAsked = true;
    abort('COPPICE_STOP_REQUESTED');
  });
  const { about, data } = thread.link;

  /** The first reason counts; of those after it, only failures are told, as late faults. */
  const decide = (reason: ExitReason): void => {
    if (isDecided && reason.kind !== 'crash') return;
    isDecided = true;
    thread.ends(reason);
  };
  const endEarly = (reason: ExitReason): void => {
    decide(reason);
    // The call may come from the loop of an emitter: let that finish first.
    queueMicrotask(() => abort('COPPICE_ENDED'));
  };
  const settled = (reason: ExitReason): void => {
    decide(reason);
    abort('COPPICE_ENDED');
    thread.leave();
  };

  let isReady = !isManual;
  const context: ThreadContext = {
    ...about,
    data,
    signal,
    sleep: (ms) => (signal.aborted ? refused(signal.reason) : sleepers.sleep(ms)),
    ready: () => {
      if (!isManual) throw new ThreadError('COPPICE_THREAD_READY_UNEXPECTED', {});
      if (!isReady) thread.say({ type: 'ready' });
      isReady = true;
    },
    heartbeat: () => thread.heartbeat(),
    fail: (error) => endEarly(reasonOf(error)),
    end: (shutdown) => endEarly(isShutdown(shutdown) ? reasonOf(shutdown) : { kind: 'normal' }),
    log: lineLogger((line) => thread.say({ type: 'log', ...line })),
    post: (message, transfer: readonly TransferListItem[] = []) =>
      thread.say({ type: 'message', message }, transfer),
    onMessage: (listener) => {
      if (typeof listener !== 'function') {
        const got = show(listener);
        throw new CommandError('COPPICE_INVALID_ARGUMENT', {
          call: 'onMessage',
          expected: 'a function',
          got,
        });
      }
      // A function of its own for each call, so that each is ended by itself; what it throws is a crash.
      const heard = (message: unknown): unknown => listener(message);
      parentPort?.on('message', heard);
      return () => void parentPort?.off('message', heard);
    },
  };
  const isAborted = (error: unknown): boolean => signal.aborted && isAbortOf(signal.reason as Error, error);
  const start = async (): Promise<void> => {
    if (isReady) thread.say({ type: 'ready' });
    try {
      const result = await run(context);
      if (isShutdown(result)) settled(reasonOf(result));
      else settled({ kind: isAsked ? 'shutdown' : 'normal' });
    } catch (error) {
      settled(isAborted(error) ? { kind: 'shutdown' } : reasonOf(error));
    }
  };
  // Not before the rest of the file has been evaluated, which the function may need.
  queueMicrotask(() => void start());
}
