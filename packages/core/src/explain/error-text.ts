/** What went wrong, in a few words: `ECONNREFUSED 127.0.0.1:5432`. */
import type { ErrorWire } from '../model/wire.js';

/** The error at the bottom of the causes; where it says of whom the system refused something, that. */
export function errorText(error: ErrorWire): string {
  let at = error;
  while (at.cause) at = at.cause;
  const { code, details = {}, message, name } = at;
  const { address, port, path } = details;
  if (typeof code === 'string' && typeof address === 'string') {
    return oneLine(typeof port === 'number' ? `${code} ${address}:${port}` : `${code} ${address}`);
  }
  // Of an error of ours the path is that in the tree, and its message says all.
  const isOfFile =
    typeof code === 'string' && typeof path === 'string' && typeof details['syscall'] === 'string';
  if (isOfFile) return oneLine(`${code} ${path}`);
  return oneLine(message === '' ? name : message);
}

/** What others wrote, as it can stand in a sentence for a terminal. */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 197)}...` : line;
}
