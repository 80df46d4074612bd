/**
 * Who judges: the test files of core, quick and narrow ones first, and at last the simulation. What each does without a
 * mutant (how long it takes, which mutants it comes by) is kept beside the copy while nothing changes.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './copy.js';
import { LOADING, type Told, hear } from './court.js';
import { COPY } from './place.js';
import { SIMULATION } from './simulation.js';

/**
 * They check texts and types against the working tree, or fake Node's timers, which cannot be done in the copy; or they
 * weigh heaps and do things by the million. What is fuzzed looks for crashes, not for answers, and takes long for what it
 * tells. The simulation comes by itself, with fewer steps.
 */
const NOT_HERE = [
  /core\/test\/(docs|real-clock)\.test/,
  /core\/test\/(no-leak|long-queue|lean|otp\/memory)\.test/,
  /core\/test\/(fuzz|simulation\/model|simulation\/engine)\//,
];
/** These take long, or draw by chance again and again: they judge only what they are about. */
const ABOUT: readonly (readonly [file: RegExp, sources: RegExp])[] = [
  [/^simulation$|simulation\/regressions|limits\.test|stop-deadline|otp\/dynamic/, /^(model|engine)\//],
  [/\/explain\.test/, /^spec\/(explain|limit)/],
  [/reconcile\/property/, /reconcile|reconfigure|diff|swap/],
  [/\/recorder\.test/, /^recorder\//],
  [/draw\//, /^draw\//],
  [/metrics\/balance/, /^metrics\//],
  [/partition\/hash/, /^partition\//],
  [/pool\/property/, /^pool\//],
  [/registry\/(unique|property)/, /^registry\//],
  [/tasks\/(chaos|retries|stream-property)/, /^tasks\//],
];
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
  of({ id, file: source }: Mutant): readonly string[] {
    return this.#told
      .filter(({ covers }) => this.#whileLoading.has(id) || covers!.includes(id))
      .map(({ file }) => file)
      .filter((file) => ABOUT.every(([slow, sources]) => !slow.test(file) || sources.test(source)));
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
  const all = [LOADING, ...files.filter((name) => !NOT_HERE.some((each) => each.test(name))), SIMULATION];
  const { told, hung, died } = await hear({ files: all, seed }, () => UNKNOWN_MS);
  if (hung ?? died) throw new Error(`${hung ?? died} ends or hangs the process without any mutant`);
  writeFileSync(KEPT, JSON.stringify({ key, told }));
  return new Judges(told);
}
