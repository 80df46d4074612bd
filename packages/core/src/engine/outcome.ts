/** How an incarnation ends, read off what its code returned or threw. */
import { type ExitReason, crash, isShutdown, reasonOf } from '../model/exit-reason.js';

/** The outcome of a start that said `ignore`; told apart from a normal end by its identity. */
export const IGNORED: ExitReason = Object.freeze({ kind: 'normal' });

/** Whatever is thrown is a crash, but a `Shutdown`. */
export const outcomeOfThrow = (thrown: unknown): ExitReason =>
  isShutdown(thrown) ? reasonOf(thrown) : crash(thrown);

/** What is returned says nothing, but a `Shutdown`. */
export const outcomeOfResult = (result: unknown, otherwise: ExitReason): ExitReason =>
  isShutdown(result) ? reasonOf(result) : otherwise;

/** Is it the reason of an abort, the platform's AbortError, or an error that was made of that reason? */
export function isAbortOf(reason: Error, error: unknown): boolean {
  if (error === reason) return true;
  if (typeof error !== 'object' || error === null) return false;
  try {
    const { name, cause } = error as { name?: unknown; cause?: unknown };
    return name === 'AbortError' || cause === reason;
  } catch {
    return false;
  }
}
