/** The logger of an application that was given none: readable lines, while it has the process. */
import { type Logger, toWire } from '@coppice/core';
import { isOwnFrame } from '../faults/own-frames.js';
import { causesOf } from './causes.js';
import type { ApplicationLogger } from './types.js';

type Level = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/**
 * Writes `id: message`; of the fields only `err`, with its causes. Records for `debug` are left out, those for
 * information go to stdout, the others to stderr.
 */
export function consoleLogger(name: string, isOn: () => boolean): ApplicationLogger & Logger {
  const write =
    (level: Level) =>
    (first: string | object, second?: string): void => {
      if (level === 'debug' || !isOn()) return;
      const fields = typeof first === 'object' ? (first as { err?: unknown }) : {};
      const message = typeof first === 'string' ? first : (second ?? shown(fields));
      const lines = [
        `${name}: ${message}`,
        ...(fields.err === undefined ? [] : errorLines(fields.err, message)),
      ];
      const print = level === 'info' ? console.log : console.error;
      // An argument of its own: a message is never taken for a format.
      print('%s', lines.join('\n'));
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
    // A child's bindings have its path.
    child: ({ path }) => consoleLogger(typeof path === 'string' ? path : name, isOn),
  };
}

/** The chain of causes, as far as the message does not say it, and where the last of them came from. */
function errorLines(error: unknown, said: string): string[] {
  let deepest = toWire(error);
  const causes = causesOf(error).slice(said.endsWith(deepest.message.replace(/ \(at [^()]+\)$/, '')) ? 1 : 0);
  while (deepest.cause) deepest = deepest.cause;
  return [
    ...causes.map((cause) => `  caused by ${cause}`),
    ...framesOf(deepest.stack).map((line) => `      ${line}`),
  ];
}

/** So many are shown of a stack. */
const MOST_FRAMES = 6;

/** The frames that are the user's: not Node's, not ours, and none of packages; as in the pretty mode of `@coppice/pino`. */
function framesOf(stack = ''): string[] {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.filter(isTheUsers).slice(0, MOST_FRAMES).map(short);
}

const isTheUsers = (frame: string): boolean =>
  !/\(node:|at node:|[/\\]node_modules[/\\]/.test(frame) && !isOwnFrame(frame);

/** The file as it is seen from where the program was started. */
const short = (frame: string): string =>
  frame.trim().replaceAll('file://', '').replaceAll(`${process.cwd()}/`, '');

function shown(fields: object): string {
  try {
    return JSON.stringify(fields);
  } catch {
    return '';
  }
}
