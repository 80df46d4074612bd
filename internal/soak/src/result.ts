/** What the application tells the command at its end, as data. */
import type { Finding } from './findings.js';
import type { Trend } from './memory.js';

export interface Result {
  readonly type: 'result';
  readonly events: number;
  readonly children: number;
  readonly starts: number;
  readonly ends: Readonly<Record<string, number>>;
  readonly wentWithTheirThread: number;
  readonly restarts: {
    readonly decided: number;
    readonly done: number;
    readonly calledOff: Readonly<Record<string, number>>;
  };
  readonly told: Readonly<Record<string, number>>;
  readonly attacks: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly byChaos: Readonly<Record<string, number>>;
  readonly strayFaults: number;
  readonly requests: Readonly<Record<string, number>>;
  readonly heard: Readonly<Record<string, number>>;
  readonly balanced: number;
  readonly metrics: number;
  readonly lines: number;
  readonly samples: number;
  readonly trends: readonly Trend[];
  readonly backMs: number;
  /** From the signal until the application was down. */
  readonly stopMs: number;
  readonly exitCode: number;
  readonly findings: readonly Finding[];
}

/** All that is said: that it is calm and may be stopped, and what came of it. */
export type Said = { readonly type: 'calm' } | Result;
