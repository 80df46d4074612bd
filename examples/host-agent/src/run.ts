/** Runs a tree until its time is over or a signal comes, and says with which exit code to end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SupervisorTree } from 'coppice';

export interface RunOptions {
  readonly forMs: number | undefined;
  /** Tells the user why it stops. */
  readonly say: (text: string) => void;
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** A terminal sends Ctrl-C to npm and to us, and npm may hand it on: two at once are one. */
const ECHO_MS = 200;

export async function runUntilStopped(tree: SupervisorTree, { forMs, say }: RunOptions): Promise<number> {
  const over = new AbortController();
  let stopAskedAt: number | undefined;
  const stop = (why: string): void => {
    stopAskedAt ??= performance.now();
    say(why);
    void tree.stop();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopAskedAt === undefined) stop(`${signal}; once more to exit at once`);
    else if (performance.now() - stopAskedAt > ECHO_MS) process.exit(SIGNALS[signal as keyof typeof SIGNALS]);
  };
  for (const signal of Object.keys(SIGNALS)) process.on(signal, onSignal);
  // A tree whose children all wait for something that holds no process up should still be there tomorrow.
  const holdUp = setInterval(() => {}, 2 ** 30);
  try {
    await tree.start();
    if (forMs !== undefined) {
      const timeIsUp = () => stopAskedAt ?? stop(`${forMs / 1000} s are over`);
      sleep(forMs, undefined, { signal: over.signal }).then(timeIsUp, () => {});
    }
    const { reason } = await tree.whenStopped();
    return reason.kind === 'shutdown' && reason.cause === undefined ? 0 : 1;
  } catch (error) {
    if (stopAskedAt !== undefined) return 0;
    say(`did not start: ${(error as Error).message}`);
    return 1;
  } finally {
    over.abort();
    clearInterval(holdUp);
    for (const signal of Object.keys(SIGNALS)) process.off(signal, onSignal);
  }
}
