/** The guide that shows what is printed: a block after each `<!-- output of PROGRAM -->`. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Program } from './run.js';

/** From the root of the workspace, where all commands are run. */
export const GUIDE = resolve('docs/guides/reading-the-logs.md');

export const readGuide = (): string => readFileSync(GUIDE, 'utf8');

const blockOf = (program: Program): RegExp =>
  new RegExp(`(<!-- output of ${program} -->\n\n\`\`\`text\n)([^]*?)(\`\`\`\n)`);

/** What the guide shows of a program. */
export function shownIn(guide: string, program: Program): string {
  const found = blockOf(program).exec(guide)?.[2];
  if (found === undefined) throw new Error(`${GUIDE} has no block after <!-- output of ${program} -->`);
  return found;
}

export function withOutput(guide: string, program: Program, output: string): string {
  shownIn(guide, program);
  return guide.replace(blockOf(program), (_, before: string, __, after: string) => before + output + after);
}
