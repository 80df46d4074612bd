/** The command line. */
import { parseArgs } from 'node:util';

export interface Options {
  readonly help: boolean;
  /** How many clients there are with jitter, and how many without. */
  readonly clients: number;
  /** What the delays are drawn with. */
  readonly seed: number;
  /** All times are a quarter. */
  readonly fast: boolean;
  /** The facts as JSON in place of the story. */
  readonly json: boolean;
}

export const USAGE = `Usage: npm start -- [options]

Clients of a TCP server that goes down and comes back, in about 15 seconds.

  --clients N   so many clients with jitter, and as many without: 40 to 1000 (default: 200)
  --seed N      draw delays from the same numbers as an earlier run; which client gets which
                number is up to the order in which the network lets them fail
  --fast        all times are a quarter
  --json        print what was measured as JSON, and nothing else
  --help        show this

Exit codes: 0 when nothing that is claimed at the end is wrong, 1 when something is, or when it was
stopped before that, 2 for a wrong command line.`;

/** The command line cannot be understood. */
export class UsageError extends Error {}

export function parseOptions(args: readonly string[]): Options {
  const { help, fast, json, clients, seed } = parse(args);
  return {
    help,
    fast,
    json,
    clients: clients === undefined ? 200 : wholeNumber('--clients', clients, 40, 1000),
    seed:
      seed === undefined ? Math.floor(Math.random() * 10_000) : wholeNumber('--seed', seed, 0, 2 ** 32 - 1),
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        clients: { type: 'string' },
        seed: { type: 'string' },
        fast: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const number = text.trim() === '' ? NaN : Number(text);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new UsageError(`${option} takes a whole number from ${min} to ${max}, got '${text}'`);
}
