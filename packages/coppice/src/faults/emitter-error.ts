/** Did an error come up because an emitter had no listener for `error`? */

/**
 * Node marks such an error with a symbol of its own, by which it adds the line "Emitted 'error' event at" to
 * the stack it prints. That the symbol is internal is no matter: without it a hint is not given.
 */
export function isUnheardErrorEvent(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  try {
    if ((error as { code?: unknown }).code === 'ERR_UNHANDLED_ERROR') return true;
    return Object.getOwnPropertySymbols(error).some(
      (symbol) => symbol.description === 'kEnhanceStackBeforeInspector',
    );
  } catch {
    return false;
  }
}
