/** `npm run -s mutation -- --seed S --sample N`: which small faults in core's sources do its tests not notice? */
import { hear } from './court.js';
import { type Mutant, makeCopy } from './copy.js';
import { type Judges, summon } from './judges.js';
import { Kept } from './kept.js';
import { type Options, USAGE, optionsOf } from './options.js';
import { type Verdict, reportOf, show } from './report.js';
import { draw } from './sample.js';

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  return 2;
});

async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  const { seed, ids } = options;
  const { mutants, tests, version } = await makeCopy();
  const judges = await summon(tests, version, seed);
  for (const file of judges.failing) console.log(`${file} fails without any mutant, and does not judge`);
  const chosen = choose(mutants, options);
  console.log(`${mutants.length} mutants, ${chosen.length} are tried by ${judges.count} test files`);
  const kept = new Kept(version);
  const verdicts: Verdict[] = [];
  for (const mutant of chosen) {
    const known = ids.length > 0 ? undefined : kept.of(mutant.id);
    const verdict = known ? { mutant, ...known } : await judge(mutant, judges, seed);
    if (!known) kept.add(verdict);
    verdicts.push(verdict);
    console.log(show(verdict));
  }
  console.log(reportOf(verdicts));
  return 0;
}

function choose(mutants: readonly Mutant[], { seed, sample, whole, ids }: Options): readonly Mutant[] {
  if (ids.length > 0) return mutants.filter(({ id }) => ids.includes(id));
  const drawn = new Set(draw(mutants, sample, seed));
  return mutants.filter((mutant) => drawn.has(mutant) || whole.some((path) => mutant.file.startsWith(path)));
}

async function judge(mutant: Mutant, judges: Judges, seed: number): Promise<Verdict> {
  const files = judges.of(mutant);
  if (files.length === 0) return { mutant, fate: 'not covered' };
  const { told, hung, died } = await hear({ mutant: mutant.id, files, seed }, (file) => judges.usualMs(file));
  if (hung !== undefined) return { mutant, fate: 'timed out', by: hung };
  if (died !== undefined) return { mutant, fate: 'killed', by: died };
  const { file, failure } = told.at(-1)!;
  return failure === undefined ? { mutant, fate: 'survived' } : { mutant, fate: 'killed', by: file };
}
