/**
 * Who judges: every test file of core and the comparison with OTP, quick and narrow ones first, and at last the
 * simulation. What each does without a mutant (how long it takes, which mutants it comes by) is kept beside the copy
 * while nothing changes.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOADING, type Told, hear } from './court.js';
import { COPY } from './place.js';
import { SIMULATION } from './simulation.js';

/**
 * They check texts and types against the working tree, or fake Node's timers, which cannot be done in the copy; or take
 * long for what they tell: they are fuzzed for crashes, not for answers. The simulation comes by itself, with fewer steps.
 */
const NOT_HERE =
  /core\/test\/(docs|observing-guide|simulated-clock|.*\/guide|fuzz\/.*)\.test|core\/test\/simulation\/(model|engine)\//;
const KEPT = join(COPY, '../judges.json');
/** How long a test file takes is not known before it has run once. */
const UNKNOWN_MS = 120_000;

export class Judges {
  /** Fail without any mutant, so they cannot tell. */
  readonly failing: readonly string[];
  readonly #told: readonly Told[];
  readonly #whileLoading: ReadonlySet<string>;

  constructor(told: readonly Told[]) {
    this.#whileLoading = new Set(told.find(({ file }) => file === LOADING)!.covers);
    this.failing = told.filter(({ failure }) => failure !== undefined).map(({ file }) => file);
    this.#told = told
      .filter(({ file, failure }) => file !== LOADING && failure === undefined)
      .sort((a, b) => rankOf(a) - rankOf(b));
  }

  get count(): number {
    return this.#told.length;
  }

  /** Those that come by the mutant; whatever is done while core is loaded concerns all of them. */
  of(mutant: string): readonly string[] {
    return this.#told
      .filter(({ covers }) => this.#whileLoading.has(mutant) || covers!.includes(mutant))
      .map(({ file }) => file);
  }

  usualMs(file: string): number {
    return this.#told.find((told) => told.file === file)?.ms ?? UNKNOWN_MS;
  }
}

function rankOf({ file, ms, covers }: Told): number {
  return file === SIMULATION ? Number.MAX_VALUE : ms * covers!.length;
}

/** @throws Error if one of them hangs without any mutant; one that fails does not judge */
export async function summon(files: readonly string[], version: string, seed: number): Promise<Judges> {
  const key = `${version} ${seed}`;
  const kept = existsSync(KEPT)
    ? (JSON.parse(readFileSync(KEPT, 'utf8')) as { key: string; told: Told[] })
    : undefined;
  if (kept?.key === key) return new Judges(kept.told);
  const all = [LOADING, ...files.filter((name) => !NOT_HERE.test(name)), SIMULATION];
  const { told, hung, died } = await hear({ files: all, seed }, () => UNKNOWN_MS);
  if (hung ?? died) throw new Error(`${hung ?? died} ends or hangs the process without any mutant`);
  writeFileSync(KEPT, JSON.stringify({ key, told }));
  return new Judges(told);
}
