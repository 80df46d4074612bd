/** The options of the command, and what they may be. */
import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run -s simulate -- [--seed S] [--steps N]    random trees, in the model and in the whole engine
       npm run -s simulate -- --replay FILE           a script that was found before
       npm run -s simulate -- --mutants [--seed S]    are the bugs found that are put in on purpose?`;

export interface Options {
  readonly seed: number;
  readonly steps: number;
  readonly replay: string | undefined;
  readonly mutants: boolean;
}

const DEFAULT_STEPS = 1_000_000;

/** @throws Error for what is none of these */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      steps: { type: 'string' },
      replay: { type: 'string' },
      mutants: { type: 'boolean', default: false },
    },
  });
  return {
    seed: whole('seed', values.seed, Math.floor(Math.random() * 2 ** 31)),
    steps: whole('steps', values.steps, DEFAULT_STEPS),
    replay: values.replay,
    mutants: values.mutants,
  };
}

function whole(name: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given.replaceAll('_', ''));
  if (Number.isSafeInteger(value) && value >= 0 && given?.trim() !== '') return value;
  throw new Error(`--${name} takes a whole number from 0, not '${given}'`);
}
