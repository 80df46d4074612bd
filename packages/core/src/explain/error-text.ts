/** What went wrong, in a few words: `ECONNREFUSED 127.0.0.1:5432`. */
import type { ErrorWire } from '../model/wire.js';

/** The error at the bottom of the causes; where it says of whom the system refused something, that. */
export const errorText = (error: ErrorWire): string => refusalText(deepest(error)) ?? wordsOf(deepest(error));

/** The same in the middle of a sentence, where what others wrote stands in quotes. */
export const quoted = (error: ErrorWire): string =>
  refusalText(deepest(error)) ?? `"${wordsOf(deepest(error))}"`;

/** The last that is an error: what else somebody put there (an answer, a text) is no sentence. */
const deepest = (error: ErrorWire): ErrorWire =>
  error.cause && error.cause.name !== 'NonError' ? deepest(error.cause) : error;

const wordsOf = ({ message, name }: ErrorWire): string => oneLine(message === '' ? name : message);

function refusalText({ code, details = {} }: ErrorWire): string | undefined {
  const { address, port, path } = details;
  if (typeof code === 'string' && typeof address === 'string') {
    return oneLine(typeof port === 'number' ? `${code} ${address}:${port}` : `${code} ${address}`);
  }
  // Of an error of ours the path is that in the tree, and its message says all.
  const isOfFile =
    typeof code === 'string' && typeof path === 'string' && typeof details['syscall'] === 'string';
  return isOfFile ? oneLine(`${code} ${path}`) : undefined;
}

/** What others wrote, as it can stand in a sentence for a terminal. */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 197)}...` : line;
}
