/** The options of the command, and what they may be. */
import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run -s soak -- [--minutes M] [--seed S]
  --minutes M   how long there is chaos, also a part of a minute like 0.1 (1)
  --seed S      what is done to whom, in which order (one by chance, which is printed)`;

export interface Options {
  readonly minutes: number;
  readonly seed: number;
}

/** @throws Error for what is none of these */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } },
  });
  return {
    minutes: number('minutes', values.minutes, (value) => value > 0),
    seed:
      values.seed === undefined
        ? Math.floor(Math.random() * 2 ** 31)
        : number('seed', values.seed, (value) => Number.isSafeInteger(value) && value >= 0),
  };
}

function number(name: keyof Options, given: string, holds: (value: number) => boolean): number {
  const value = Number(given.replaceAll('_', ''));
  if (given.trim() !== '' && Number.isFinite(value) && holds(value)) return value;
  const expected = name === 'seed' ? 'a whole number from 0' : 'a number above 0';
  throw new Error(`--${name} takes ${expected}, not '${given}'`);
}
