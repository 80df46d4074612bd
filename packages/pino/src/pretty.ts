/**
 * Logs for the eyes of a developer: pino-pretty, with the records of a tree drawn as a tree.
 *
 * @packageDocumentation
 */
import { stripVTControlCharacters } from 'node:util';
import pinoPretty from 'pino-pretty';
import { drawer } from './pretty-record.js';
import { elapsed } from './pretty-time.js';

/**
 * Those of pino-pretty, which all do what they do there; only the message is made here. Whatever is given here goes
 * before what is set for supervision: relative times (`translateTime` gives times of the day), and `ignore: 'pid,hostname'`.
 */
export type PrettySupervisionOptions = Omit<pinoPretty.PrettyOptions, 'messageFormat'>;

/**
 * A stream that prints records for a human. Records of a tree: when, how long after the first; a line that is
 * indented as deep as the child is; its path, what has happened, and, once, the stack, as far as it is the user's. What
 * children write to their `log` stands beside that. All other records look as pino-pretty prints them.
 *
 * As the target of a transport it runs in a thread of its own, where options have to be plain data.
 *
 * @param options - those of pino-pretty
 * @returns pino-pretty's stream
 *
 * @example
 * ```ts
 * const transport = process.stdout.isTTY ? pino.transport({ target: '@coppice/pino/pretty' }) : undefined;
 * const logger = pino({ level: 'debug' }, transport);
 * ```
 */
export function prettySupervision(options: PrettySupervisionOptions = {}): pinoPretty.PrettyStream {
  return pinoPretty(withTree(options));
}

export default prettySupervision;

/**
 * The same, as a function from a record to its text: for tests, and for streams of one's own.
 *
 * @param options - those of pino-pretty; those about a destination are of no use here
 * @returns a function that takes a record, as a line of JSON or as an object, and returns what is printed of it, with
 * the end of line. It remembers when the first one was, and which stacks it has printed
 *
 * @example
 * ```ts
 * const lines: string[] = [];
 * const print = prettySupervisionFormat({ colorize: false });
 * const logger = pino({}, { write: (line: string) => void lines.push(print(line)) });
 * ```
 */
export function prettySupervisionFormat(
  options: PrettySupervisionOptions = {},
): (record: string | object) => string {
  const format = pinoPretty.prettyFactory(withTree(options));
  // A copy, since fields are taken out of it; and nothing is said of a record below the minimumLevel.
  return (record) => format(typeof record === 'object' ? { ...record } : record) ?? '';
}

const LONGEST_LEVEL = 'ERROR'.length;

function withTree(options: PrettySupervisionOptions): pinoPretty.PrettyOptions {
  const draw = drawer();
  const relative = options.translateTime === undefined && { time: elapsed() };
  return {
    ignore: 'pid,hostname',
    ...(relative && { translateTime: false }),
    ...options,
    // Without what all objects have: pino-pretty would take the `constructor` of them for the prettifier of a field.
    customPrettifiers: bare({
      ...relative,
      level: (_level, _key, _log, { labelColorized }) =>
        ' '.repeat(Math.max(0, LONGEST_LEVEL - stripVTControlCharacters(labelColorized).length)) +
        labelColorized,
      ...options.customPrettifiers,
    }),
    // It is called before the other fields are looked at, so what is said in the message can be taken out of them.
    messageFormat: (log, messageKey, _levelLabel, { colors }) => draw(log, messageKey, colors),
  };
}

const bare = <T extends object>(own: T): T => Object.assign(Object.create(null) as T, own);
