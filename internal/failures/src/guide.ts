/** The guides that show what is printed: a block after each `<!-- output of PROGRAM -->`. */
import { resolve } from 'node:path';
import type { Guide, Program } from './run.js';

/** From the root of the workspace, where all commands are run. */
export const pathOf = (guide: Guide): string => resolve('docs/guides', guide);

const blockOf = (program: Program): RegExp =>
  new RegExp(`(<!-- output of ${program} -->\n\n\`\`\`\\w+\n)([^]*?)(\`\`\`\n)`);

/** What the text of a guide shows of a program. */
export function shownIn(text: string, program: Program): string {
  const found = blockOf(program).exec(text)?.[2];
  if (found === undefined) throw new Error(`there is no block after <!-- output of ${program} -->`);
  return found;
}

export function withOutput(text: string, program: Program, output: string): string {
  shownIn(text, program);
  return text.replace(blockOf(program), (_, before: string, __, after: string) => before + output + after);
}
