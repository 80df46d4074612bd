/** What the `classify` of a declaration says of an error. */
import { coppiceError } from '../model/errors.js';
import { ERROR_CLASSES, type ErrorClass } from '../model/give-up.js';
import { show } from '../spec/checks.js';
import { pending } from './pending.js';

/** Calls it; if it throws, or what it says is no class: the error that tells so. */
export function attemptClass(
  classify: () => unknown,
  path: string,
): ErrorClass | { readonly error: unknown } {
  try {
    const said = classify();
    if (ERROR_CLASSES.includes(said as ErrorClass)) return said as ErrorClass;
    // A promise comes too late; if it is rejected, nobody else would look after it.
    pending(said)?.then(undefined, () => {});
    return { error: coppiceError('COPPICE_INVALID_CLASS', { path, got: show(said) }) };
  } catch (error) {
    return { error };
  }
}
