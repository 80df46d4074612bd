/** `subprocess`: an operating system process as a child of a supervisor. */
import { type Context, type Service, service } from '@coppice/core';
import { childOptions } from '../shared/child-options.js';
import { type Config, checkOptions } from './check.js';
import { ProcessError } from './errors.js';
import { guardian } from './guardian.js';
import { loadExeca } from './load-execa.js';
import {
  type SubprocessReady,
  type Subprocess,
  type SubprocessOptions,
  type SubprocessValue,
  isReadyPort,
} from './options.js';
import { isOpen } from './port.js';
import { RunningProcess } from './running.js';
import { type Attempt, spawnProcess } from './spawn.js';

/** The process behind each value that was handed out. */
const processes = new WeakMap<object, RunningProcess>();

/**
 * Declares an operating system process as a child. It is started anew for each incarnation; its output becomes
 * log lines of the child; the end of the process is the end of the incarnation: an exit code of `okExitCodes`
 * a normal one, anything else a crash with a {@link ProcessError} that has the exit code, the signal and the
 * last lines of stderr. To stop it `stopSignal` (SIGTERM) is sent to its whole process group, and what is
 * left of the group after `shutdownMs` (default: 5,000 ms) is killed. Nothing of it outlives the application;
 * how far that holds is in the guide.
 *
 * With `heartbeat` and `staleAfterMs` it also crashes when it hangs, and is killed if it has to be.
 *
 * On POSIX the process leads a process group and a session of its own: a Ctrl-C in the terminal reaches the
 * application only, which stops its children in order.
 *
 * @returns the declaration as frozen data; `use(ref)` gives the pid, and `send`, `onMessage` or `stdin` where
 *   the options ask for them
 * @throws OptionError `COPPICE_INVALID_OPTION`, SpecError: an option is wrong or unknown
 *
 * @example
 * ```ts
 * const web = subprocess({
 *   id: 'web',
 *   file: 'node',
 *   args: ['server.js'],
 *   env: { PORT: '3000' },
 *   ready: { port: 3000 },
 *   shutdownMs: 10_000,
 * });
 * await supervisor({ id: 'app', children: [web] }).start();
 * ```
 */
export function subprocess<
  R extends SubprocessReady = 'spawn',
  I extends boolean = false,
  S extends 'ignore' | 'pipe' = 'ignore',
>(options: SubprocessOptions<R, I, S>): Service<SubprocessValue<R, I, S>> {
  const config = checkOptions(options);
  return service<SubprocessValue<R, I, S>>({
    ...childOptions(options),
    start(context) {
      return start(config, context, this.shutdownMs) as Promise<SubprocessValue<R, I, S>>;
    },
    stop: (value) => processes.get(value)?.stop(),
    kill: (value) => processes.get(value)?.kill(),
  });
}

async function start(config: Config, context: Context, shutdownMs = 5_000): Promise<Subprocess> {
  const { signal, log, path } = context;
  const execa = await loadExeca();
  if (isReadyPort(config.ready) && (await isOpen(config.ready, signal))) {
    const { port, host = 'localhost' } = config.ready;
    throw new ProcessError(
      'COPPICE_PORT_TAKEN',
      `was not started: port ${port} of ${host} is open already, so that it could not be seen when this process ` +
        `opens it; end whoever holds it, or choose another port`,
      { path },
    );
  }
  signal.throwIfAborted();
  const guard = guardian.take((problem) => log.warn(problem));
  let attempt: Attempt;
  try {
    attempt = spawnProcess(execa, config, path);
  } catch (error) {
    guard.release();
    throw error;
  }
  if ('failure' in attempt) {
    guard.release();
    throw await attempt.failure;
  }
  guard.watch(attempt.spawned.pid);
  const running = new RunningProcess(attempt.spawned, config, context, guard, shutdownMs);
  processes.set(running.value, running);
  await running.ready();
  return running.value;
}
