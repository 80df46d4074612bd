/** Is a port open? And waiting until it is. */
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { SubprocessPort } from './options.js';

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;
/** An attempt that gets no answer at all, as from a host that drops packets. */
const ATTEMPT_MS = 1_000;

/** Whether somebody accepts connections there now. False as well once the signal is aborted. */
export function isOpen({ port, host = 'localhost' }: SubprocessPort, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, signal, timeout: ATTEMPT_MS });
    const done = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', done(true));
    socket.once('timeout', done(false));
    socket.on('error', done(false));
    socket.once('close', done(false));
  });
}

/** Resolves when it is open; never, if the signal is aborted before that. */
export async function untilOpen(target: SubprocessPort, signal: AbortSignal): Promise<boolean> {
  for (let ms = FIRST_PAUSE_MS; !signal.aborted; ms = Math.min(2 * ms, LONGEST_PAUSE_MS)) {
    if (await isOpen(target, signal)) return !signal.aborted;
    await wait(ms, undefined, { signal }).catch(() => {});
  }
  return false;
}
