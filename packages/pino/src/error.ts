/** Errors for pino's standard serializer, and for whatever else a logger makes of errors. */
import type { ErrorWire } from '@coppice/core';

/**
 * The serializer calls an error after its class, which did not survive on the way into the event: all would
 * be of type `Error`. Where it finds no class it takes the name.
 */
const CLASSLESS = Object.create(Error.prototype, { constructor: { value: undefined } }) as object;

/** Fields of an error that are its own in another way. */
const RESERVED: ReadonlySet<string> = new Set([
  'name',
  'message',
  'stack',
  'cause',
  'errors',
  'constructor',
  '__proto__',
]);

/**
 * The error of an event, as an `Error` whose `type` in the record is the name of its first class. It is not made by
 * `new Error()`: the engine would look for a stack, and write it down, which costs more than the whole record.
 *
 * @param isFull - with its stack, and those of its causes; else what they say is all there is
 */
export function errorFor(wire: ErrorWire, isFull: boolean): Error {
  const { name, code, details, cause, errors } = wire;
  const message = ownWords(wire);
  const stack = (isFull ? wire.stack : undefined) ?? `${name}: ${wire.message}`;
  const error = Object.create(CLASSLESS, {
    name: hidden(name),
    message: hidden(message),
    stack: hidden(stack),
    ...(cause && { cause: hidden(errorFor(cause, isFull)) }),
    ...(errors && { errors: hidden(errors.map((inner) => errorFor(inner, isFull))) }),
  }) as Error & Record<string, unknown>;
  if (details) for (const [key, value] of Object.entries(details)) if (!RESERVED.has(key)) error[key] = value;
  if (code !== undefined) error['code'] = code;
  return error;
}

/**
 * The serializer says after a message what the causes say. An error of a tree that carries another one ends with its
 * words already, which would then stand there twice, and once more for each supervisor that gave up.
 */
function ownWords({ message, code, cause, details }: ErrorWire): string {
  // An error of ours has its facts in a field of that name.
  const { reason } = (details?.['details'] ?? {}) as { readonly reason?: unknown };
  if (!cause || !String(code).startsWith('COPPICE_')) return message;
  if (typeof reason !== 'string' || !message.endsWith(`: ${reason}`)) return message;
  return message.slice(0, -`: ${reason}`.length).replace(/; last$/, '');
}

const hidden = (value: unknown): PropertyDescriptor => ({ value, configurable: true, writable: true });
