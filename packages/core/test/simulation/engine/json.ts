/** What is told, or shown, has to be JSON: there and back it is the same. */
import { isDeepStrictEqual } from 'node:util';
import { Violation } from '../model/judge/violation.js';

export function checkJson(what: string, value: unknown): void {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  if (!isDeepStrictEqual(copy, value)) throw new Violation(`'${what}' is not JSON: ${JSON.stringify(value)}`);
}
