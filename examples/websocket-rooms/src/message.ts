/** What clients say: `{ "text": "..." }`. What they hear: the same, with `from`. */
import type { RawData } from 'ws';
import { CLOSE, ClosingError } from './closing.js';

/** @throws ClosingError it is nothing of that kind */
export function textOf(data: RawData, isBinary: boolean): string {
  if (!isBinary) {
    try {
      // A Buffer, unless `binaryType` says otherwise.
      const { text } = JSON.parse((data as Buffer).toString()) as { readonly text?: unknown };
      if (typeof text === 'string') return text;
    } catch {
      // The same as JSON of another kind.
    }
  }
  throw new ClosingError(CLOSE.policyViolation, 'expected {"text":"..."}');
}
