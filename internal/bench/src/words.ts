/** Numbers as people read them. */
import { toThreeDigits } from './statistics.js';

/** Like `100,000`. */
export const count = (value: number): string => value.toLocaleString('en');

/** Like `1,230` or `0.0123`. */
export const figure = (value: number): string =>
  toThreeDigits(value).toLocaleString('en', { maximumSignificantDigits: 15 });
