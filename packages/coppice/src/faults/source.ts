/** Where faults come from: the process, or what stands for it in a test. */
import type { Fault } from './fault.js';

export type FaultEvent = 'uncaughtException' | 'uncaughtExceptionMonitor';
export type FaultListener = (error: unknown, origin: Fault['origin']) => void;

/** The part of `process` that a fault domain uses. */
export interface FaultSource {
  on(name: FaultEvent, listener: FaultListener): unknown;
  on(name: 'newListener', listener: (name: string | symbol, listener: unknown) => void): unknown;
  off(name: FaultEvent, listener: FaultListener): unknown;
  off(name: 'newListener', listener: (name: string | symbol, listener: unknown) => void): unknown;
  listenerCount(name: string): number;
  emitWarning?(message: string, options: { type: string; code: string }): void;
  exit?(code: number): unknown;
}
