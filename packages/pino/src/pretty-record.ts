/** What is printed of a record that tells of a child, of a supervisor, or of a whole application. */
import { type EventName, EVENT_NAMES } from '@coppice/core';
import { FOLDED } from './fold.js';
import { stacks } from './pretty-stack.js';

/** What colours text; in a terminal without colours it does nothing. */
export type Paint = Readonly<Record<'bold' | 'dim' | 'red' | 'green' | 'yellow', (text: string) => string>>;

type Log = Record<string, unknown>;

/** As wide as what stands before a message: its time and its level. */
const MARGIN = ' '.repeat('+99.9 min ERROR: '.length);

/** These are printed by pino-pretty. */
const KEPT = new Set(['level', 'time', 'timestamp']);

/** Signs for what has happened; what is an error has that of an error. */
const SIGNS: Readonly<Record<string, string>> = {
  'child:started': '●',
  'supervisor:started': '●',
  'child:restarting': '↻',
  'child:backing-off': '◔',
  'child:stuck': '▲',
  'supervisor:warning': '▲',
  'child:completed': '○',
  'child:not-restarted': '○',
  'child:stopped': '○',
  'supervisor:stopped': '○',
  'application:ready': '●',
  'application:stopped': '○',
} satisfies Partial<Record<EventName | `application:${string}`, string>>;

function signOf(event: unknown, level: unknown, paint: Paint): string {
  const [isError, isWarning] = [isAtLeast(level, 50, ['error', 'fatal']), isAtLeast(level, 40, ['warn'])];
  if (isError) return paint.red('✖');
  const sign = (typeof event === 'string' ? SIGNS[event] : undefined) ?? '·';
  if (isWarning) return paint.yellow(sign);
  return sign === '●' ? paint.green(sign) : paint.dim(sign);
}

/** Levels are numbers, unless the logger's formatters make words of them. */
const isAtLeast = (level: unknown, least: number, words: readonly unknown[]): boolean =>
  typeof level === 'number'
    ? level >= least
    : typeof level === 'string' && words.includes(level.toLowerCase());

const EVENTS: ReadonlySet<unknown> = new Set(EVENT_NAMES);

/** Makes the message of a record, and takes out of its fields what it says; other records it leaves alone. */
export function drawer(): (log: Log, messageKey: string, paint: Paint) => string {
  const unsaid = stacks();
  return (log, messageKey, paint) => {
    const said = log[messageKey];
    const message = typeof said === 'string' ? printable(said) : '';
    const about = whoseIs(log);
    if (!about) return message;
    const path = printable(about.path);
    const lead = paint.dim('│ '.repeat(about.path.split('/').length - 1));
    const margin = `\n${MARGIN}${lead}  `;
    if (about.is === 'line') {
      delete log['path'];
      delete log['incarnation'];
      return `${lead}${paint.dim(`${path}:`)} ${message.replaceAll('\n', margin)}`;
    }
    const sign = signOf(log['event'], log['level'], paint);
    const below = unsaid(log, message).map((line) => paint.dim(line));
    for (const key of Object.keys(log)) if (!KEPT.has(key) && key !== messageKey) delete log[key];
    const sentence = about.is === 'application' ? `${path}: ${message}` : message;
    const [head, ...rest] = highlight(sentence, path, paint).split('\n');
    return [`${lead}${sign} ${head}`, ...rest, ...below].join(margin);
  };
}

/** Whom a record tells of, and how; undefined: of nobody in a tree. */
function whoseIs({ event, path, application, incarnation }: Log): About | undefined {
  if (typeof event === 'string' && event.startsWith('application:') && typeof application === 'string')
    return { is: 'application', path: application };
  if (typeof path !== 'string') return undefined;
  if (EVENTS.has(event) || event === FOLDED) return { is: 'event', path };
  // What a child writes to its log; what else it has to say is printed below.
  return event === undefined && typeof incarnation === 'number' ? { is: 'line', path } : undefined;
}

interface About {
  readonly is: 'event' | 'line' | 'application';
  readonly path: string;
}

/** The path in the sentence: where it is more quietly, and its id louder. */
function highlight(message: string, path: string, paint: Paint): string {
  const at = message.indexOf(path);
  if (at < 0) return message;
  const id = path.lastIndexOf('/') + 1;
  const shown = paint.dim(path.slice(0, id)) + paint.bold(path.slice(id));
  return message.slice(0, at) + shown + message.slice(at + path.length);
}

/** Without what would move the cursor or change the colours; ends of lines stay. */
const printable = (text: string): string => text.replaceAll(/[^\P{Cc}\n\t]/gu, '');
