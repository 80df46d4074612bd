/** The channels, by name. They are those of the process: of all trees in it. */
import { type Channel, type TracingChannel, channel, tracingChannel } from 'node:diagnostics_channel';
import type { AboutChild, ReasonWire } from '@coppice/core';

/** Every event of every tree, as listeners get it. */
export const EVENT_CHANNEL = 'coppice:event';
/** Each start of a child: the tracing channels `tracing:coppice:child.start:*`. */
export const CHILD_START = 'coppice:child.start';
/** Each stop of a child that was asked to: `tracing:coppice:child.stop:*`. */
export const CHILD_STOP = 'coppice:child.stop';

/**
 * What is published for one start, or one stop: the same object from `start` to `asyncEnd`, so that a subscriber may
 * keep something on it.
 */
export interface ChildTrace extends AboutChild {
  /** Why: as the event has it. */
  readonly because: string;
  /** The path of the sibling that it goes with. */
  readonly with: string | null;
  /** Who asked for it. */
  readonly by: string | null;
  /** How it went, from `asyncStart` on: of a start `started`, `failed`, `ignored` or `stopped`; of a stop `stopped` or `failed`. */
  result?: 'started' | 'failed' | 'ignored' | 'stopped';
  /** How a stop ended. */
  reason?: ReasonWire;
  /** The error of a start or a stop that failed, from `error` on. */
  error?: unknown;
}

export const events: Channel = channel(EVENT_CHANNEL);
export const starts: TracingChannel<unknown, ChildTrace> = tracingChannel(CHILD_START);
export const stops: TracingChannel<unknown, ChildTrace> = tracingChannel(CHILD_STOP);
