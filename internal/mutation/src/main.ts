/** `npm run -s mutation -- --seed S --sample N`: which small faults in core's sources do its tests not notice? */
import { type Case, type Told, hear } from './court.js';
import { type Mutant, makeCopy } from './copy.js';
import { summon } from './judges.js';
import { type Options, USAGE, optionsOf } from './options.js';
import { type Verdict, reportOf, showSurvivor } from './report.js';
import { draw } from './sample.js';

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  return 2;
});

async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  const { mutants, tests, shared } = await makeCopy();
  const judges = await summon(tests, shared, options.seed);
  const chosen = choose(mutants, options);
  console.log(`${mutants.length} mutants, ${chosen.length} are tried by ${judges.length} test files`);
  const verdicts: Verdict[] = [];
  for (const mutant of chosen) {
    const verdict = await judge(mutant, judges, options.seed);
    verdicts.push(verdict);
    if (verdict.fate === 'survived' || verdict.fate === 'not covered') console.log(showSurvivor(verdict));
  }
  console.log(reportOf(verdicts));
  return 0;
}

function choose(mutants: readonly Mutant[], { seed, sample, whole, ids }: Options): readonly Mutant[] {
  if (ids.length > 0) return mutants.filter(({ id }) => ids.includes(id));
  const drawn = new Set(draw(mutants, sample, seed));
  return mutants.filter((mutant) => drawn.has(mutant) || whole.some((path) => mutant.file.startsWith(path)));
}

async function judge(mutant: Mutant, judges: readonly Told[], seed: number): Promise<Verdict> {
  const able = judges.filter(({ covers }) => covers!.includes(mutant.id));
  if (able.length === 0) return { mutant, fate: 'not covered' };
  const given: Case = { mutant: mutant.id, files: able.map(({ file }) => file), seed };
  const { told, hung, died } = await hear(given, (file) => able.find((each) => each.file === file)!.ms);
  if (hung !== undefined) return { mutant, fate: 'timed out', by: hung };
  if (died !== undefined) return { mutant, fate: 'killed', by: died };
  const { file, failure } = told.at(-1)!;
  return failure === undefined ? { mutant, fate: 'survived' } : { mutant, fate: 'killed', by: file };
}
