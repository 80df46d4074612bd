/**
 * Who judges: every test file of core and the comparison with OTP, quick and narrow ones first, and at last the
 * simulation. What each does without a mutant (how long it takes, which mutants it comes by) is kept beside the copy
 * while nothing changes.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Told, hear } from './court.js';
import { COPY } from './place.js';
import { SIMULATION } from './simulation.js';

/**
 * They check texts and types against the working tree, or fake Node's timers, which cannot be done in the copy; and the
 * simulation comes by itself, with fewer steps.
 */
const NOT_HERE =
  /core\/test\/(docs|observing-guide|simulated-clock|.*\/guide)\.test|core\/test\/simulation\/(model|engine)\//;
const KEPT = join(COPY, '../judges.json');
/** How long a test file takes is not known before it has run once. */
const UNKNOWN_MS = 120_000;

/** @throws Error if one of them fails without any mutant */
export async function summon(
  files: readonly string[],
  shared: string,
  seed: number,
): Promise<readonly Told[]> {
  const kept = (existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, 'utf8')) : {}) as Record<string, Told>;
  const judges: Told[] = [];
  for (const file of [...files.filter((name) => !NOT_HERE.test(name)), SIMULATION]) {
    const key = keyOf(file, shared, seed);
    kept[key] ??= await alone(file, seed);
    judges.push(kept[key]);
    writeFileSync(KEPT, JSON.stringify(kept));
  }
  const rank = ({ file, ms, covers }: Told): number => (file === SIMULATION ? Infinity : ms * covers!.length);
  return judges.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function keyOf(file: string, shared: string, seed: number): string {
  const own = file === SIMULATION ? `${seed}` : readFileSync(join(COPY, file), 'utf8');
  return createHash('sha256').update(`${file} ${shared} ${own}`).digest('hex');
}

async function alone(file: string, seed: number): Promise<Told> {
  const { told, died } = await hear({ files: [file], seed }, () => UNKNOWN_MS);
  const [first] = told;
  if (first && first.failure === undefined) return first;
  throw new Error(
    `${file} fails without any mutant: ${first?.failure ?? (died ? 'its process ends' : 'it hangs')}`,
  );
}
