/** The error for an option that there is not. */
import { SpecError } from '@coppice/core';
import { closest } from '@coppice/core/kit';

interface UnknownKey {
  /** What has no such option, as in `a thread has no option ...`. */
  readonly kind: string;
  readonly key: string;
  readonly known: readonly string[];
  /** What the same is called elsewhere, and what it is called here. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  readonly path?: unknown;
}

/** With a suggestion, if one of the options is near, is the same with its unit, or is called so elsewhere. */
export function unknownKey({ kind, key, known, elsewhere = {}, path }: UnknownKey): SpecError {
  const withUnit = known.find((name) => name === `${key}Ms`);
  const near = Object.hasOwn(elsewhere, key) ? elsewhere[key] : (withUnit ?? closest(key, known));
  return new SpecError('COPPICE_UNKNOWN_OPTION', {
    kind,
    key,
    path,
    hint: near === undefined ? '' : `, did you mean '${near}'?`,
    expected: known.join(', '),
  });
}
