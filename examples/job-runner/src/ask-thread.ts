/** Hands a job to a thread, and waits for its answer. */
import { type ThreadHandle } from 'coppice';
import type { Answer, JobThread } from './job.js';

class TookTooLongError extends Error {
  override readonly name = 'TookTooLongError';
  readonly code = 'TOOK_TOO_LONG';
}

export interface AskThreadOptions {
  /** How long it may take to answer, in milliseconds. */
  readonly maxRunMs: number;
  /** Aborted when nobody waits any more, or there is nobody who could answer. */
  readonly signal: AbortSignal;
}

/** @throws TookTooLongError `TOOK_TOO_LONG`; the reason of the signal */
export function askThread(
  thread: ThreadHandle<JobThread>,
  task: JobThread['toThread'],
  { maxRunMs, signal }: AskThreadOptions,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      thread.off('message', answered);
      signal.removeEventListener('abort', aborted);
      act();
    };
    const answered = (answer: Answer): void => settle(() => resolve(answer));
    const aborted = (): void => settle(() => reject(signal.reason));
    const late = (): void =>
      settle(() => reject(new TookTooLongError(`it was not done within ${maxRunMs} ms`)));
    const timer = setTimeout(late, maxRunMs);
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted, { once: true });
    // Whoever has borrowed the thread is the only one who asks it, so the next message is the answer.
    thread.on('message', answered);
    thread.post(task);
  });
}
