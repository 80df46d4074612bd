/** Text that others wrote, made fit to stand in a line of a drawing. */

/** Control characters, line ends, what changes the direction of text or is not seen, and halves of characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const NOT_ASCII = /[^\u0020-\u007e]/gu;

const escaped = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`;

/** The text in one line, with nothing in it that cannot be seen: such characters stand there as `\u{a}`. */
export const visible = (text: string): string => text.replaceAll(UNSEEN, escaped);

/** The same in ASCII alone. */
export const ascii = (text: string): string => text.replaceAll(NOT_ASCII, escaped);

/** So many characters at most, the last ones being `end` if something had to go. */
export function cut(text: string, most: number, end: string): string {
  const characters = Array.from(text);
  if (characters.length <= most) return text;
  return characters.slice(0, Math.max(0, most - end.length)).join('') + end.slice(0, most);
}
