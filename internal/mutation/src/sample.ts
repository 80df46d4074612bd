/** Draws mutants by chance; of one seed always the same. */
import { seededRandom } from '@coppice/core';
import type { Mutant } from './copy.js';

/** So many are drawn of each folder at least, if it has them. */
const LEAST = 15;

/** Of each folder its share of `count`, but never less than `LEAST`: of the small ones something has to be seen as well. */
export function draw(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  return foldersOf(mutants).flatMap((folder, at) => {
    // Each has chance of its own, so that a smaller sample is part of a larger one.
    const random = seededRandom(seed * 1_000 + at);
    const pool = mutants.filter((mutant) => mutant.folder === folder);
    const wanted = Math.min(pool.length, Math.max(LEAST, Math.round((count * pool.length) / mutants.length)));
    return Array.from(
      { length: count === 0 ? 0 : wanted },
      () => pool.splice(Math.floor(random() * pool.length), 1)[0]!,
    );
  });
}

export function foldersOf(mutants: readonly Mutant[]): string[] {
  return [...new Set(mutants.map(({ folder }) => folder))].sort();
}
