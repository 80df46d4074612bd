/** What the command prints: each mutant where it stands, and a table of all. */
import type { Mutant } from './copy.js';
import { foldersOf } from './sample.js';

const FATES = ['killed', 'timed out', 'survived', 'not covered'] as const;

export interface Verdict {
  readonly mutant: Mutant;
  readonly fate: (typeof FATES)[number];
  /** The test file that noticed. */
  readonly by?: string;
}

/** A line; and what was changed, if nobody noticed. */
export function show({ mutant: { id, file, line, column, kind, from, to }, fate, by }: Verdict): string {
  const what = `${fate} ${id} ${kind} packages/core/src/${file}:${line}:${column}`;
  return by === undefined ? `${what}\n  - ${oneLine(from)}\n  + ${oneLine(to)}` : `${what} by ${by}`;
}

function oneLine(code: string): string {
  return code.replace(/\s+/g, ' ').slice(0, 160);
}

/** In Markdown. The score is the share of those that were noticed: killed, or so slow that it shows. */
export function reportOf(verdicts: readonly Verdict[]): string {
  const row = (name: string, some: readonly Verdict[]): string => {
    const counts = FATES.map((fate) => some.filter((each) => each.fate === fate).length);
    const score = ((counts[0]! + counts[1]!) / some.length) * 100;
    return `| ${[name, some.length, ...counts, `${score.toFixed(1)} %`].join(' | ')} |`;
  };
  const folders = foldersOf(verdicts.map(({ mutant }) => mutant));
  return [
    `| folder | mutants | ${FATES.join(' | ')} | score |`,
    `| --- |${' ---: |'.repeat(FATES.length + 2)}`,
    ...folders.map((folder) =>
      row(
        folder,
        verdicts.filter(({ mutant }) => mutant.folder === folder),
      ),
    ),
    row('all', verdicts),
  ].join('\n');
}
