/** Where faults come from: the process, or what stands for it in a test. */
import type { Fault } from './fault.js';

/** The events of `process` by which faults are told. */
export type FaultEvent = 'uncaughtException' | 'uncaughtExceptionMonitor';
/** A listener to them. */
export type FaultListener = (error: unknown, origin: Fault['origin']) => void;

/** The part of `process` that a fault domain uses. */
export interface FaultSource {
  /** Listens to faults. */
  on(name: FaultEvent, listener: FaultListener): unknown;
  /** Listens to others that begin to listen. */
  on(name: 'newListener', listener: (name: string | symbol, listener: unknown) => void): unknown;
  /** Takes such a listener back. */
  off(name: FaultEvent, listener: FaultListener): unknown;
  /** Takes such a listener back. */
  off(name: 'newListener', listener: (name: string | symbol, listener: unknown) => void): unknown;
  /** How many listen to an event. */
  listenerCount(name: string): number;
  /** Warns of what is set up in a wrong way. */
  readonly emitWarning?: ((message: string, options: { type: string; code: string }) => void) | undefined;
  /** Ends the process when the handler of faults has failed itself. */
  readonly exit?: ((code: number) => unknown) | undefined;
}
