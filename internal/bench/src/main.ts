/**
 * `npm run -s bench`: what supervision costs, beside the loop that one would write by hand and beside others, in one
 * run. `--help` says how to get less, or something else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { countProcessorTime } from './clock.js';
import { startResidents } from './contenders/residents.js';
import { measure } from './measure.js';
import { type Options, USAGE, optionsOf } from './options.js';
import { NO_ERLANG, erlang } from './otp/otp.js';
import { cellsOf, headOf } from './report/cells.js';
import { toJson } from './report/json.js';
import { describeMachine } from './report/machine.js';
import { replaceBetweenMarks, toMarkdown } from './report/markdown.js';
import { toLine } from './report/text.js';
import type { Group, Result } from './row.js';
import { SIZES } from './sizes.js';
import { works } from './works/index.js';

try {
  const options = optionsOf(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else await run(options);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}

async function run(options: Options): Promise<void> {
  if (options.cpu) countProcessorTime();
  const { rounds } = options;
  const sizes = {
    ...SIZES[options.size],
    ...(rounds !== undefined && { rounds, heavyRounds: rounds, warmUps: 0 }),
  };
  const chosen = works(sizes).filter((group) => isChosen(group, options.only));
  if (chosen.length === 0) throw new Error(`--only: nothing is called '${options.only}'`);
  const needsOtp = options.columns.includes('otp') && chosen.some((group) => group.otp);
  const otp = needsOtp ? erlang(sizes.heavyRounds) : NO_ERLANG;
  const stopResidents = await startResidents();
  try {
    const columns = options.columns.filter((column) => column !== 'otp' || otp.version !== undefined);
    const machine = describeMachine(columns.includes('otp') ? otp.version : undefined);
    if (options.write !== undefined) replaceBetweenMarks(readFileSync(options.write, 'utf8'), ''); // or fail now
    if (options.output === 'json') console.log(JSON.stringify({ ...machine, size: options.size }));
    if (options.output === 'text') {
      console.log(Object.values(machine).filter(Boolean).join('; '));
      if (options.size !== 'full') console.log(`${options.size}: targets are for the numbers of a full run`);
      console.log(toLine(headOf(columns)));
    }
    const results: Result[] = [];
    for (const group of chosen) {
      const all = await measure(group, columns, otp.run, sizes);
      const measured = options.size === 'full' ? all : all.map(withoutTarget);
      results.push(...measured.filter(({ values }) => Object.keys(values).length > 0));
      for (const result of measured) {
        if (options.output === 'json') console.log(toJson(result, results));
        if (options.output === 'text') console.log(toLine(cellsOf(result, results, columns)));
      }
    }
    const tables = toMarkdown(results, machine);
    if (options.output === 'markdown') console.log(tables);
    if (options.write === undefined) return;
    writeFileSync(options.write, replaceBetweenMarks(readFileSync(options.write, 'utf8'), tables));
  } finally {
    otp.close();
    await stopResidents();
  }
}

/** With small numbers other things count: what is asked for is asked for 100,000 children. */
function withoutTarget(result: Result): Result {
  return { ...result, target: undefined };
}

function isChosen({ section, rows }: Group, part: string): boolean {
  const wanted = part.toLowerCase();
  return [section, ...rows.map(({ name }) => name)].some((name) => name.toLowerCase().includes(wanted));
}
