/** `npm run -s conformance -- FILE...`: do we do what OTP does? Exit status 0 only if nothing differs. */
import { compare } from './compare.js';
import { freshSample } from './fresh.js';
import { type Options, USAGE, optionsOf } from './options.js';
import { readRows } from './read.js';
import { show, showVerdict } from './show.js';
import type { Scenario } from './scenario.js';
import { type VerdictRow, verdictOf } from './verdicts.js';

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  return 2;
});

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  const isFreshGood = options.fresh === 0 || (await checkFresh(options));
  const areFilesGood = options.files.length === 0 || (await checkFiles(options));
  return isFreshGood && areFilesGood ? 0 : 1;
}

/** Before the files, whose counts are the last line. */
async function checkFresh({ fresh, seed }: Options): Promise<boolean> {
  const sample = await freshSample(fresh, seed);
  if (!sample) {
    console.log('no new scenarios: no Erlang (erl) is installed here that could play them');
    return true;
  }
  const { agree, differences, version } = sample;
  for (const difference of differences) console.log(difference);
  console.log(
    `new scenarios, seed ${seed}, played by ${version}: ${agree} agree, ${differences.length} differ`,
  );
  return differences.length === 0;
}

async function checkFiles({ files, show: toShow }: Options): Promise<boolean> {
  let agree = 0;
  let differ = 0;
  for (const file of files) {
    for (const row of readRows(file)) {
      const difference = 'trace' in row ? await differenceIn(row) : differenceOf(row);
      if (difference === undefined) agree++;
      else if (++differ <= toShow) console.log(difference);
    }
  }
  console.log(`${agree} agree, ${differ} differ`);
  return differ === 0 && agree > 0;
}

async function differenceIn(scenario: Scenario): Promise<string | undefined> {
  const difference = await compare(scenario);
  return difference && show(difference);
}

function differenceOf(row: VerdictRow): string | undefined {
  const verdict = verdictOf(row);
  return verdict.ours === verdict.expected ? undefined : showVerdict(verdict);
}
