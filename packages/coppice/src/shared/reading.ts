/** Reads options that may throw when they are read: getters, Proxies, lists with tricks of their own. */
import { CodedError } from '@coppice/core';
import { OptionError } from './option-error.js';

/** What a check of options says; where it cannot read them, that they are refused. */
export function reading<T>(of: string, check: () => T): T {
  try {
    return check();
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    const [key, expected, got] = [
      'the argument',
      'options that can be read',
      'some that throw when they are read',
    ];
    throw new OptionError({ key, of, expected, got, path: undefined }, cause);
  }
}
