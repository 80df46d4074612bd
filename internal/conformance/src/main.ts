/** `npm run -s conformance -- [--show K] FILE...`: do we do what OTP did? Exit status 0 only if nothing differs. */
import { parseArgs } from 'node:util';
import { compare } from './compare.js';
import { readRows } from './read.js';
import { show, showVerdict } from './show.js';
import type { Scenario } from './scenario.js';
import { type VerdictRow, verdictOf } from './verdicts.js';

const USAGE = 'usage: npm run -s conformance -- [--show K] FILE...   (.jsonl or .jsonl.gz)';

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  return 2;
});

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { show: { type: 'string' } },
  });
  const toShow = Number(values.show ?? 0);
  if (positionals.length === 0) throw new Error('no scenario file is named');
  if (!Number.isInteger(toShow) || toShow < 0)
    throw new Error(`--show takes a whole number, not ${values.show}`);
  let agree = 0;
  let differ = 0;
  for (const file of positionals) {
    for (const row of readRows(file)) {
      const difference = 'trace' in row ? await differenceIn(row) : differenceOf(row);
      if (difference === undefined) agree++;
      else if (++differ <= toShow) console.log(difference);
    }
  }
  console.log(`${agree} agree, ${differ} differ`);
  return differ === 0 && agree > 0 ? 0 : 1;
}

async function differenceIn(scenario: Scenario): Promise<string | undefined> {
  const difference = await compare(scenario);
  return difference && show(difference);
}

function differenceOf(row: VerdictRow): string | undefined {
  const verdict = verdictOf(row);
  return verdict.ours === verdict.expected ? undefined : showVerdict(verdict);
}
