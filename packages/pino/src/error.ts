/** Errors for pino's standard serializer. */
import { type ErrorWire, fromWire } from '@coppice/core';

/** The error of an event as an Error whose `type` in the record is the name of its first class. */
export function errorFor(wire: ErrorWire): Error {
  const error = fromWire(wire);
  hideClass(error);
  return error;
}

/**
 * The serializer calls an error after its class, which did not survive on the way into the event: all would
 * be of type `Error`. Where it finds no class it takes the name.
 */
function hideClass(error: unknown): void {
  if (typeof error !== 'object' || error === null) return;
  Object.defineProperty(error, 'constructor', { value: undefined, configurable: true, writable: true });
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  hideClass(cause);
  if (Array.isArray(errors)) errors.forEach(hideClass);
}
