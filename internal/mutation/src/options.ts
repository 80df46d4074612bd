/** The options of the command, and what they may be. */
import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run -s mutation -- [--seed S] [--sample N] [--whole PATH]... [--id N]...
  --seed S      which mutants are drawn, and what the simulation plays; 1
  --sample N    how many are drawn from all of core's sources; 600
  --whole PATH  besides, all mutants of the files below packages/core/src whose paths begin so
  --id N        these mutants only; their numbers change with the sources`;

export interface Options {
  readonly seed: number;
  readonly sample: number;
  readonly whole: readonly string[];
  readonly ids: readonly string[];
}

/** @throws Error for what is none of these */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      sample: { type: 'string' },
      whole: { type: 'string', multiple: true, default: [] },
      id: { type: 'string', multiple: true, default: [] },
    },
  });
  return {
    seed: wholeNumber('seed', values.seed, 1),
    sample: wholeNumber('sample', values.sample, 600),
    whole: values.whole,
    ids: values.id,
  };
}

function wholeNumber(name: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given);
  if (Number.isSafeInteger(value) && value >= 0 && given?.trim() !== '') return value;
  throw new Error(`--${name} takes a whole number from 0, not '${given}'`);
}
