/**
 * `npm run -s bench -- [--quick] [--json]`: what supervision costs, beside the loop that one would write by
 * hand, in the same process. `--quick` takes less than a minute; `--json` prints one object a line.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { crashLoopByHand, crashLoopSupervised } from './crash-loop.js';
import { idleByHand, idleSupervised } from './idle-child.js';
import { type Measured, sideBySide } from './measure.js';
import { oneAmongManyByHand, oneAmongManySupervised } from './one-among-many.js';

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'boolean' } } });
const rounds = values.quick ? 5 : 15;
const times = values.quick ? 50_000 : 200_000;

print({ machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`, node: process.version });

row('crash loop', 'ns', await sideBySide(crashLoopByHand(times), crashLoopSupervised(times), rounds));
for (const siblings of [100, 1_000, 100_000]) {
  const measured = await sideBySide(
    oneAmongManyByHand(siblings, times),
    oneAmongManySupervised(siblings, times),
    rounds,
  );
  row(`restart one among ${siblings.toLocaleString('en')}`, 'ns', measured);
}
for (const withSignal of [true, false]) {
  const loop = await idleByHand(20_000, withSignal);
  const ours = await idleSupervised(20_000, withSignal);
  row(`idle child, ${withSignal ? 'signal used' : 'signal not used'}`, 'bytes', {
    loop,
    ours,
    ratio: ours / loop,
  });
}

function row(work: string, unit: string, { loop, ours, ratio }: Measured): void {
  print({ work, unit, loop: Math.round(loop), ours: Math.round(ours), ratio: Number(ratio.toFixed(2)) });
}

function print(facts: Record<string, string | number>): void {
  if (values.json) return console.log(JSON.stringify(facts));
  const { work, unit, loop, ours, ratio, ...rest } = facts;
  if (work === undefined) return console.log(Object.values(rest).join(', '));
  console.log(
    `${String(work).padEnd(34)} by hand ${fixed(loop)} ${unit}  ours ${fixed(ours)} ${unit}  ratio ${ratio}`,
  );
}

function fixed(value: unknown): string {
  return Number(value).toLocaleString('en').padStart(8);
}
