/** The options of the command, and what they may be. */
import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run -s conformance -- [--show K] [--fresh N] [--seed S] [FILE...]
  FILE       recorded scenarios, .jsonl or .jsonl.gz
  --fresh N  so many new scenarios as well, played by the OTP that is installed, if one is (default 200; 0: none)
  --seed S   what those are made from (default: another one each time)
  --show K   shows the first K differences (default: none of the files', all of the new ones)`;

export interface Options {
  readonly files: readonly string[];
  readonly show: number;
  readonly fresh: number;
  readonly seed: number;
}

const FRESH = 200;

/** @throws Error for what is none of these */
export function optionsOf(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { show: { type: 'string' }, fresh: { type: 'string' }, seed: { type: 'string' } },
  });
  const fresh = whole('fresh', values.fresh, FRESH);
  if (positionals.length === 0 && fresh === 0)
    throw new Error('no scenario file is named, and no new ones are wanted');
  return {
    files: positionals,
    fresh,
    show: whole('show', values.show, 0),
    seed: whole('seed', values.seed, Math.floor(Math.random() * 2 ** 31)),
  };
}

function whole(name: string, given: string | undefined, otherwise: number): number {
  const value = Number(given ?? otherwise);
  if (Number.isSafeInteger(value) && value >= 0 && given?.trim() !== '') return value;
  throw new Error(`--${name} takes a whole number from 0, not '${given}'`);
}
