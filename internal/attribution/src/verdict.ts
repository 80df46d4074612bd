/** Reads results: what is right, what is not known, what is wrong. */
import type { Case } from './case.js';
import type { Result } from './run.js';

export type Verdict = 'right' | 'none' | 'wrong' | 'silent';

export function verdict({ right }: Case, { owner }: Result): Verdict {
  if (owner === 'silent') return 'silent';
  if (owner === right) return 'right';
  return owner === 'none' ? 'none' : 'wrong';
}

/** How the page shows a result. */
export function cell(each: Case, result: Result): string {
  const how = verdict(each, result);
  if (how === 'silent') return 'no fault';
  if (how === 'none') return '–';
  if (how === 'wrong') return `**${result.owner}**`;
  const remarks = [
    ...(result.attribution === 'tag' ? ['tag'] : []),
    ...(result.outcome === 'late' ? ['late'] : []),
  ];
  const party = result.owner === 'none' ? 'nobody' : result.owner;
  return remarks.length > 0 ? `${party} (${remarks.join(', ')})` : party;
}
