/**
 * The channel of a process, guarded against what is no message. Node reads it where nobody can catch what that throws: a
 * process that writes a line of its own to it would end us by an uncaught exception.
 */
import type { ChildProcess } from 'node:child_process';

/** As much of Node's own handle as is used: what it reads goes to its `onread`. */
interface Handle {
  onread?: unknown;
}

/**
 * From now on `failed` is told of what cannot be read, instead of the process. Node has no name for this that is meant for
 * others: where a later one, or another runtime, keeps its handle elsewhere, the fault goes where Node lets it go, to the
 * fault domain of an application if there is one.
 *
 * What it could read goes on in two ways: to those who listen for `message`, and, if it looks like one of Node's own (`cmd:
 * 'NODE_HANDLE'`), to a listener of Node's for an event of its own.
 *
 * @returns whether the channel could be guarded
 */
export function guardChannel(process: ChildProcess, failed: (error: unknown) => void): boolean {
  for (const listener of process.listeners('internalMessage') as Hears[]) {
    process.off('internalMessage', listener);
    process.on('internalMessage', guarded(listener, failed));
  }
  const key = Object.getOwnPropertySymbols(process).find(
    ({ description }) => description === 'kChannelHandle',
  );
  const handle = key && (process as unknown as Readonly<Record<symbol, Handle | null | undefined>>)[key];
  const onread = handle?.onread;
  if (!handle || typeof onread !== 'function') return false;
  handle.onread = guarded(onread as Hears, failed);
  return true;
}

type Hears = (this: unknown, ...args: unknown[]) => unknown;

const guarded = (hears: Hears, failed: (error: unknown) => void): Hears =>
  function (this: unknown, ...args) {
    try {
      return Reflect.apply(hears, this, args);
    } catch (error) {
      failed(error);
      return undefined;
    }
  };
