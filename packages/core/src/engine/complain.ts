/** The console, as the last resort: for what nobody else would hear. */
import { messageOf } from '../model/errors.js';

/** Writes it to stderr. What is thrown can be such that not even printing it works. */
export function complain(text: string, error: unknown): void {
  try {
    console.error(text, error);
  } catch {
    try {
      console.error(`${text} ${messageOf(error)}`);
    } catch {
      // The console itself: there is nobody left to tell.
    }
  }
}
