/** `npm run -s simulate -- --seed S --steps N`: attacks the library; exit status 0 only if no rule is broken. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Campaign } from '../../../packages/core/test/simulation/campaign/campaign.js';
import { inThousands } from '../../../packages/core/test/simulation/campaign/census.js';
import type { Finding } from '../../../packages/core/test/simulation/campaign/finding.js';
import { fromText, replay, toText } from '../../../packages/core/test/simulation/campaign/regression.js';
import { tryMutants } from './mutants.js';
import { type Options, USAGE, optionsOf } from './options.js';
import { reportOf } from './report.js';

const FOLDER = 'packages/core/test/simulation/regressions/';

// A promise that never settles would let the process end as if nothing had been wrong.
process.exitCode = 1;
process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  return 2;
});

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (options.mutants) return tryMutants(options.seed);
  // Errors are made by the thousand here, and nobody reads where; listeners fail on purpose.
  Error.stackTraceLimit = 0;
  console.error = console.warn = () => {};
  return options.replay === undefined ? campaign(options) : again(options.replay);
}

async function campaign({ seed, steps }: Options): Promise<number> {
  const running = new Campaign(seed);
  const before = process.cpuUsage();
  const finding = await running.run(steps);
  const { user, system } = process.cpuUsage(before);
  console.log(reportOf(running, (user + system) / 1_000));
  console.log(finding ? tell(finding, running) : '0 violations');
  return finding ? 1 : 0;
}

function tell(finding: Finding, { steps, seed }: Campaign): string {
  const text = toText(finding);
  const file = join(
    mkdtempSync(join(tmpdir(), 'simulate-')),
    `${finding.of}-seed-${seed}-step-${steps}.json`,
  );
  writeFileSync(file, text);
  return [
    `1 violation, at step ${inThousands(steps)}: ${finding.first}`,
    'the smallest script in which that happens:',
    text,
    `It is in ${file}`,
    'Run it again:  npm run -s simulate -- --replay FILE',
    `Keep it, as a test: move it to ${FOLDER}`,
  ].join('\n');
}

async function again(file: string): Promise<number> {
  const scripted = fromText(readFileSync(file, 'utf8'));
  try {
    await replay(scripted);
    console.log('0 violations');
    return 0;
  } catch (error) {
    console.log(`1 violation: ${String(error)}`);
    return 1;
  }
}
