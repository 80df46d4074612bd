/** What can be set about the watch over the event loop, and its checks. */
import { show } from '@coppice/core/kit';
import { OptionError } from '../shared/option-error.js';
import { unknownKey } from '../shared/unknown-key.js';
import type { EventLoopBlock } from './block.js';
import { reading } from '../shared/reading.js';

/** When a block is told, and when it is too long. */
export interface EventLoopOptions {
  /**
   * A block of so many milliseconds is told of; one of up to 1.6 times that may be missed. At least 50.
   * Default: 1,000.
   */
  readonly blockedAfterMs?: number | undefined;
  /**
   * After so many milliseconds of one block the process is ended with SIGKILL (137 in a shell), for whoever
   * has started it to start it again: nothing that is gentler reaches a thread that does not turn. Not while
   * the inspector is open. Has to be above `blockedAfterMs`. Default: Infinity, never.
   */
  readonly killAfterMs?: number | undefined;
}

/** The options of `watchEventLoop`. */
export interface WatchEventLoopOptions extends EventLoopOptions {
  /** Called in this thread after each block that was noticed, as soon as it turns again. */
  readonly onRecovered?: ((block: EventLoopBlock) => void) | undefined;
}

/** The options, complete. */
export interface EventLoopSettings {
  readonly blockedAfterMs: number;
  readonly killAfterMs: number;
}

const KEYS = ['blockedAfterMs', 'killAfterMs'];

/** Below, it would be told of the pauses that any busy machine has. */
const MIN_MS = 50;

/**
 * @param of - whose options these are, for messages
 * @param more - options that are checked elsewhere
 * @throws OptionError; SpecError `COPPICE_UNKNOWN_OPTION`
 */
export function checkEventLoop(given: unknown, of: string, more: readonly string[] = []): EventLoopSettings {
  return reading(of, () => checked(given, of, more));
}

function checked(given: unknown, of: string, more: readonly string[]): EventLoopSettings {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const expected = 'an object, like { blockedAfterMs: 1_000 }';
    throw new OptionError({ key: 'the value', of, expected, got: show(given), path: undefined });
  }
  const known = [...KEYS, ...more];
  const wrong = Object.keys(given).find((key) => !known.includes(key));
  if (wrong !== undefined) throw unknownKey({ kind: 'watch over the event loop', key: wrong, known });
  const { blockedAfterMs = 1_000, killAfterMs = Infinity } = given as Record<string, unknown>;
  const refuse = (key: string, expected: string, got: unknown): never => {
    throw new OptionError({ key, of, expected, got: show(got), path: undefined });
  };
  if (typeof blockedAfterMs !== 'number' || !(blockedAfterMs >= MIN_MS && blockedAfterMs < Infinity)) {
    return refuse('blockedAfterMs', `a finite number of milliseconds, ${MIN_MS} or more`, blockedAfterMs);
  }
  if (typeof killAfterMs !== 'number' || !(killAfterMs > blockedAfterMs)) {
    return refuse(
      'killAfterMs',
      `a number of milliseconds above blockedAfterMs (${blockedAfterMs}), or Infinity`,
      killAfterMs,
    );
  }
  return { blockedAfterMs, killAfterMs };
}
