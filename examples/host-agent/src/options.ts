/** The command line. */
import { parseArgs } from 'node:util';
import type { LogForm } from './logger.js';

export interface Options {
  readonly help: boolean;
  /** How long to run; undefined: until a signal comes. */
  readonly forMs: number | undefined;
  /** The port on 127.0.0.1, health is on the next one; 0: any two that are free. */
  readonly port: number;
  readonly chaos: boolean;
  /** What the chaos does follows from this number. */
  readonly seed: number;
  readonly log: LogForm;
  /** Whether the log has each step. */
  readonly verbose: boolean;
}

export const USAGE = `Usage: npm start -- [options]

A metrics agent for this machine, made of supervised tasks. Runs until Ctrl-C.

  --for SECONDS   stop after so many seconds
  --port N        serve on 127.0.0.1:N, health on N+1; 0: any free ports (default: 9464)
  --chaos         make children fail, every second or so, in many ways
  --seed N        strike as in an earlier run, as far as timing allows
  --log FORM      pretty or json (default: pretty in a terminal, otherwise json)
  --verbose       log each step
  --help          show this

kill -USR2 PID asks what is wrong: the log then explains the child that fails most.`;

/** The command line cannot be understood. */
export class UsageError extends Error {}

/** @param isTerminal - where the log goes to */
export function parseOptions(args: readonly string[], isTerminal: boolean): Options {
  const values = parse(args);
  const seconds = values.for === undefined ? undefined : numberOf('--for', values.for);
  if (seconds !== undefined && !(seconds > 0 && seconds < 2_000_000)) {
    throw new UsageError(`--for takes a number of seconds above 0, got '${values.for}'`);
  }
  const port = values.port === undefined ? 9464 : numberOf('--port', values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_534) {
    throw new UsageError(`--port takes a whole number from 0 to 65534, got '${values.port}'`);
  }
  if (values.seed !== undefined && !values.chaos) throw new UsageError('--seed needs --chaos');
  const seed =
    values.seed === undefined ? Math.floor(Math.random() * 10_000) : numberOf('--seed', values.seed);
  const { log = isTerminal ? 'pretty' : 'json' } = values;
  if (log !== 'pretty' && log !== 'json') throw new UsageError(`--log takes pretty or json, got '${log}'`);
  return {
    help: values.help,
    forMs: seconds === undefined ? undefined : seconds * 1000,
    port,
    chaos: values.chaos,
    seed,
    log,
    verbose: values.verbose,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        for: { type: 'string' },
        port: { type: 'string' },
        chaos: { type: 'boolean', default: false },
        seed: { type: 'string' },
        log: { type: 'string' },
        verbose: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function numberOf(option: string, text: string): number {
  const number = text.trim() === '' ? NaN : Number(text);
  if (Number.isNaN(number)) throw new UsageError(`${option} takes a number, got '${text}'`);
  return number;
}
