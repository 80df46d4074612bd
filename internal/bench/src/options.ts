/** What the command line says. */
import { parseArgs } from 'node:util';
import type { Column } from './row.js';
import type { SIZES } from './sizes.js';

export interface Options {
  readonly size: keyof typeof SIZES;
  /** `write`: as Markdown, between the marks of this file, when all is done. */
  readonly output: 'text' | 'json' | 'markdown';
  readonly write: string | undefined;
  /** Only works with a row or section whose name contains this. */
  readonly only: string;
  readonly columns: readonly Column[];
  /** Processor time in place of the time that passes. */
  readonly cpu: boolean;
  /** Default: what the size says. */
  readonly rounds: number | undefined;
  readonly help: boolean;
}

export const COLUMNS: readonly Column[] = ['loop', 'ours', 'nact', 'effect', 'otp'];

export const USAGE = `npm run -s bench -- [options]

  --quick             less than a minute, with smaller numbers and no targets
  --tiny              a few seconds, with numbers so small that only the checks mean something
  --only <part>       only what has this in its name (or in that of its section)
  --columns <list>    only these, separated by commas: ${COLUMNS.join(', ')}
  --rounds <number>   so many rounds of each work, and none to get warm
  --cpu               processor time, for a machine that others use too (not OTP, not the event loop)
  --json              one JSON object a line
  --markdown          tables
  --write <file>      tables, between the marks in this file`;

/** @throws Error that says what is wrong */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      tiny: { type: 'boolean' },
      only: { type: 'string' },
      columns: { type: 'string' },
      cpu: { type: 'boolean' },
      json: { type: 'boolean' },
      markdown: { type: 'boolean' },
      write: { type: 'string' },
      rounds: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.json && (values.markdown || values.write !== undefined)) {
    throw new Error('--json goes neither with --markdown nor with --write');
  }
  return {
    size: values.tiny ? 'tiny' : values.quick ? 'quick' : 'full',
    output: values.json ? 'json' : values.markdown ? 'markdown' : 'text',
    write: values.write,
    only: values.only ?? '',
    cpu: values.cpu === true,
    columns: columnsOf(values.columns),
    rounds: roundsOf(values.rounds),
    help: values.help === true,
  };
}

function roundsOf(number: string | undefined): number | undefined {
  if (number === undefined) return undefined;
  const rounds = Number(number);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds: '${number}' is no number of rounds`);
  return rounds;
}

function columnsOf(list: string | undefined): readonly Column[] {
  const named = list?.split(',').map((name) => name.trim());
  const unknown = named?.find((name) => !COLUMNS.includes(name as Column));
  if (unknown !== undefined)
    throw new Error(`--columns: there is no '${unknown}'; there are ${COLUMNS.join(', ')}`);
  return named ? COLUMNS.filter((column) => named.includes(column)) : COLUMNS;
}
