/** The way out: nothing of the log is lost, and nothing can hold it up for long. */
import { writeSync } from 'node:fs';
import type { ApplicationLogger } from './types.js';

/** So long a log may take to get out. */
const FLUSH_MS = 2_000;

/** Resolves when the log and the standard streams have written what they have, or after {@link FLUSH_MS}. */
export async function flush(logger: ApplicationLogger): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_MS)));
  const flushed = Promise.all([flushLogger(logger), drained(process.stdout), drained(process.stderr)]);
  await Promise.race([tooLong, flushed.catch(() => {})]);
  clearTimeout(timer);
}

/** With a callback as pino has it, with a promise, or at once. */
function flushLogger(logger: ApplicationLogger): Promise<void> {
  return new Promise((resolve) => {
    if (!logger.flush) return resolve();
    const isOver = (): void => resolve();
    const result = logger.flush(isOver);
    const isPromise = typeof (result as PromiseLike<unknown> | undefined)?.then === 'function';
    if (isPromise) (result as PromiseLike<unknown>).then(isOver, isOver);
    else if (logger.flush.length === 0) resolve();
  });
}

/** On Windows, and for files on some file systems, these write later. */
const drained = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve();
    else stream.write('', () => resolve());
  });

/** A last line that is written before this returns, wherever the log goes. */
export function lastLine(line: string): void {
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // Nobody reads stderr any more.
  }
}
