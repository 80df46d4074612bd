/** The reason with which the signal of a child is aborted. */
import { type CoppiceError, coppiceError } from '../model/errors.js';

/**
 * It is made without a stack: that would only show the inside of Coppice, and costs ten times as much as all
 * the rest of it, for each child that is stopped.
 */
export function stopRequest(code: 'COPPICE_STOP_REQUESTED' | 'COPPICE_ENDED', path: string): CoppiceError {
  const limit = Error.stackTraceLimit;
  // Where the platform's objects are frozen, or know no such limit, there is a stack.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return coppiceError(code, { path });
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit);
  }
}
