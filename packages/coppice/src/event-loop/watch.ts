/** `watchEventLoop`: this thread beats as long as its event loop turns, and another one listens to it. */
import { performance } from 'node:perf_hooks';
// Not the global ones: a test that fakes those would look like a block.
import { clearInterval, setInterval } from 'node:timers';
import { Worker, isMainThread } from 'node:worker_threads';
import { show } from '@coppice/core/kit';
import { CURRENT_OWNER } from '../faults/index.js';
import { OptionError } from '../shared/option-error.js';
import type { EventLoopBlock } from './block.js';
import { type EventLoopSettings, type WatchEventLoopOptions, checkEventLoop } from './options.js';
import { WATCHER } from './watcher.js';

/** A watch that goes on. */
export interface EventLoopWatch extends Disposable {
  /** Ends it; nothing is left of it a moment later. Once more: nothing happens. */
  stop(): void;
}

/**
 * Watches the event loop of this thread from another one, and says on stderr **while** it is blocked that it
 * is, by which child and in which call, as far as that can be known; `onRecovered` is told when it turns
 * again. Does not keep the process alive. `application({ eventLoop })` does this while it runs.
 *
 * If the watch itself fails, the process is warned (`COPPICE_EVENT_LOOP_UNWATCHED`) and goes on without it.
 *
 * @throws OptionError `COPPICE_INVALID_OPTION`, SpecError `COPPICE_NOT_A_SPEC`, `COPPICE_UNKNOWN_OPTION`
 *
 * @example
 * ```ts
 * const watch = watchEventLoop({
 *   blockedAfterMs: 500,
 *   onRecovered: ({ blockedMs, path }) => blocks.observe({ path }, blockedMs),
 * });
 * // ...
 * watch.stop();
 * ```
 */
export function watchEventLoop(options: WatchEventLoopOptions = {}): EventLoopWatch {
  const settings = checkEventLoop(options, 'watchEventLoop()', ['onRecovered']);
  const { onRecovered = () => {} } = options;
  if (typeof onRecovered !== 'function') {
    const got = show(onRecovered);
    const expected = 'a function';
    throw new OptionError({ key: 'onRecovered', of: 'watchEventLoop()', expected, got, path: undefined });
  }
  return startWatching('coppice', settings, onRecovered);
}

/** In the memory that both threads see: when it beat last (ms, of our clock), and if the inspector is open. */
const BEAT = 0;
const IS_DEBUGGED = 1;

/** Five beats in the time that would be told, and at least one a second: more would cost more than they tell. */
const beatMsFor = ({ blockedAfterMs }: EventLoopSettings): number => Math.min(1_000, blockedAfterMs / 5);

/** @param name - what lines on stderr begin with */
export function startWatching(
  name: string,
  settings: EventLoopSettings,
  onRecovered: (block: EventLoopBlock) => void,
): EventLoopWatch {
  const beats = new Int32Array(new SharedArrayBuffer(8));
  const inspector = inspectorOf();
  const beat = (): void => {
    // Milliseconds go round after 50 days; differences do not mind.
    Atomics.store(beats, BEAT, performance.now() | 0);
    Atomics.store(beats, IS_DEBUGGED, inspector?.url() === undefined ? 0 : 1);
  };
  const beatMs = beatMsFor(settings);
  let stopWorker: (() => void) | undefined;
  beat();
  const timer = setInterval(beat, beatMs).unref();
  const end = (): void => {
    clearInterval(timer);
    stopWorker = undefined;
  };
  const failed = (problem: unknown): void => {
    end();
    const why = problem instanceof Error ? problem.message : String(problem);
    process.emitWarning(`${name}: the event loop is not watched any longer: ${why}`, {
      type: 'CoppiceWarning',
      code: 'COPPICE_EVENT_LOOP_UNWATCHED',
    });
  };
  const canLookInside = isMainThread && inspector !== undefined && isInspectorAllowed();
  const workerData = { ...settings, name, beats, beatMs, canLookInside, owner: CURRENT_OWNER };
  try {
    // Nothing of the user's runs in there: no preloaded modules, no loaders.
    const worker = new Worker(WATCHER, {
      eval: true,
      name: 'coppice-event-loop',
      workerData,
      env: {},
      execArgv: [],
    });
    worker.on('message', (block: EventLoopBlock) => stopWorker && onRecovered(block));
    worker.once('error', (error) => stopWorker && failed(error));
    worker.once('exit', (code) => stopWorker && failed(`its thread ended with code ${code}`));
    worker.unref();
    // It ends by itself: a thread that is cut off might leave this one in the hands of its debugger.
    stopWorker = () => worker.postMessage('stop');
  } catch (error) {
    failed(error);
  }
  const stop = (): void => {
    const tell = stopWorker;
    end();
    tell?.();
  };
  return { stop, [Symbol.dispose]: stop };
}

/** Under Node's permission model an attempt to look inside is not refused: it aborts the process. */
function isInspectorAllowed(): boolean {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  return permission?.has('inspector') !== false;
}

/** Some builds and other runtimes have none. */
function inspectorOf(): { url(): string | undefined } | undefined {
  try {
    return process.getBuiltinModule('node:inspector');
  } catch {
    return undefined;
  }
}
