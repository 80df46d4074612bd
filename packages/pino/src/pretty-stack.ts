/** Stacks for a developer: the frames that are the user's, and each once. */

/** So many stacks are known again, and so many frames are shown of one. */
const MOST_STACKS = 200;
const MOST_FRAMES = 6;
/** Of an error whose message has many lines. */
const MOST_HEAD = 8;

/** Node's, and those of packages. */
const NOT_THE_USERS = /\(node:|at node:|[/\\]node_modules[/\\]/;

/** That something did not start, or gave up, is in the record itself; it happens in no code of the user's. */
const CARRIER = /^(GaveUpError|StartError): /;

/** Says what is new of the errors in a record: causes and frames, a line each. */
export function stacks(): (log: Readonly<Record<string, unknown>>, message: string) => string[] {
  const known = new Set<string>();
  return (log, message) => {
    const texts = Object.values(log).flatMap((value) => textsOf(value, ''));
    return texts.flatMap((text) => {
      const { head, frames } = parse(text);
      // By what is shown of it: what lies between those frames differs with who has started the child.
      const error = [...head, ...frames].join('\n').replace(/^(caused by|one of them): /, '');
      if (known.has(error) || CARRIER.test(error)) return [];
      remember(known, error);
      const isSaid = message.includes(
        `: ${head
          .join('\n')
          .replace(/^((caused by|one of them): )?[\w.$]+( \[\w+\])?: /, '')
          .replace(/ \(at [^()]+\)$/, '')}`,
      );
      // Frames of a cause stand below its head.
      const isBelow = /^(caused by|one of them): /.test(text) && frames.length > 0;
      return [...(isSaid && !isBelow ? [] : head.slice(0, MOST_HEAD)), ...frames];
    });
  };
}

/** The oldest is forgotten for the newest. */
function remember(known: Set<string>, text: string): void {
  const [oldest] = known;
  if (known.size >= MOST_STACKS && oldest !== undefined) known.delete(oldest);
  known.add(text);
}

/** The stacks of an error and of those below it, in whichever way the logger's serializer has put them. */
function textsOf(value: unknown, before: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { stack, cause, aggregateErrors } = value as Readonly<Record<string, unknown>>;
  if (typeof stack !== 'string') return [];
  const others = Array.isArray(aggregateErrors) ? aggregateErrors : [];
  return [
    ...`${before}${stack}`.split(/\n(?=caused by: )/),
    ...textsOf(cause, 'caused by: '),
    ...others.flatMap((other) => textsOf(other, 'one of them: ')),
  ];
}

/** A stack in its two parts: what the error says, and where it comes from. */
function parse(text: string): { head: string[]; frames: string[] } {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  if (first < 0) return { head: lines, frames: [] };
  const frames = lines.slice(first).filter((line) => /^\s+at /.test(line) && !NOT_THE_USERS.test(line));
  return { head: lines.slice(0, first), frames: frames.slice(0, MOST_FRAMES).map(short) };
}

/** `at run (src/main.ts:12:5)`: the file as it is seen from where the program was started. */
const short = (frame: string): string =>
  frame.trim().replaceAll('file://', '').replaceAll(`${process.cwd()}/`, '');
