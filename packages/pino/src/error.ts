/** Errors for pino's standard serializer. */
import { type ErrorWire, fromWire } from '@coppice/core';

/**
 * The error of an event as an Error whose `type` in the record is the name of its first class.
 *
 * @param isFull - with its stack, and those of its causes; else what they say is all there is
 */
export function errorFor(wire: ErrorWire, isFull: boolean): Error {
  const error = fromWire(wire);
  prepare(error, isFull);
  return error;
}

/**
 * The serializer calls an error after its class, which did not survive on the way into the event: all would
 * be of type `Error`. Where it finds no class it takes the name.
 */
function prepare(error: unknown, isFull: boolean): void {
  if (typeof error !== 'object' || error === null) return;
  const { name, message, cause, errors } = error as Error & { errors?: unknown };
  const define = (key: string, value: unknown): void => {
    Object.defineProperty(error, key, { value, configurable: true, writable: true });
  };
  define('constructor', undefined);
  if (!isFull) define('stack', `${name}: ${message}`);
  prepare(cause, isFull);
  if (Array.isArray(errors)) for (const inner of errors) prepare(inner, isFull);
}
