/** The options of a fault domain, and their checks. */
import { CommandError } from '@coppice/core';
import { checkOptions, show } from '@coppice/core/kit';
import type { Fault } from './fault.js';
import { FAULT_POLICIES, type FaultPolicy } from './policy.js';
import type { FaultSource } from './source.js';

/** What becomes of stray faults, and how many of them a process may survive. */
export interface FaultOptions {
  /** What becomes of them. */
  readonly policy: FaultPolicy;
  /**
   * Under `contain` so many faults of all children, late ones included, may be survived within `withinMs`; one more is
   * fatal. A whole number, 0 or more; Infinity: no limit. It counts beside the limits of children and supervisors: those
   * say how often a child is started again, this one how much may be left behind in a process. Default: 3.
   */
  readonly maxContained?: number | undefined;
  /** The length of the window in which survived faults are counted, in milliseconds. Default: 60,000. */
  readonly withinMs?: number | undefined;
}

/** How a fault domain deals with faults. */
export interface FaultDomainOptions extends FaultOptions {
  /** Is called for every fault, whatever becomes of it: to log it. Must not wait for anything. */
  readonly onFault: (fault: Fault) => void;
  /** `contain`: stop in order and exit with 1. Is called once; later faults go to `onFault` only. */
  readonly onFatal: (fault: Fault) => void;
  /** Where the faults come from. Default: `process`. */
  readonly process?: FaultSource | undefined;
}

/** What the options that an application has as well have to be. */
const CHECKS: Readonly<
  Record<keyof FaultOptions, readonly [expected: string, holds: (value: unknown) => boolean]>
> = {
  policy: [
    FAULT_POLICIES.map((word) => `'${word}'`).join(', '),
    (value) => FAULT_POLICIES.includes(value as FaultPolicy),
  ],
  maxContained: [
    'a whole number, 0 or more, or Infinity',
    (value) =>
      value === undefined || value === Infinity || (Number.isSafeInteger(value) && Number(value) >= 0),
  ],
  withinMs: [
    'a number of milliseconds above 0',
    (value) => value === undefined || (typeof value === 'number' && value > 0),
  ],
};

/** Their names. */
export const FAULT_OPTIONS = Object.keys(CHECKS) as (keyof FaultOptions)[];

/** The first of them that is wrong, in words; undefined if none is. */
export function wrongFaultOption(
  given: Readonly<Partial<Record<keyof FaultOptions, unknown>>>,
): { readonly key: string; readonly expected: string; readonly got: string } | undefined {
  const key = FAULT_OPTIONS.find((each) => !CHECKS[each][1](given[each]));
  return key && { key, expected: CHECKS[key][0], got: show(given[key]) };
}

/** A misspelt limit would be none that holds, and a missing function be found in the middle of a fault. */
export function checkFaultDomain(options: FaultDomainOptions): FaultDomainOptions {
  const call = 'new FaultDomain()';
  const own = checkOptions(call, options, [...FAULT_OPTIONS, 'onFault', 'onFatal', 'process']);
  const refuse = (key: string, expected: string, got: string): CommandError =>
    new CommandError('COPPICE_INVALID_ARGUMENT', { call, expected: `${key}: ${expected}`, got });
  const wrong = wrongFaultOption(own);
  if (wrong) throw refuse(wrong.key, wrong.expected, wrong.got);
  for (const key of ['onFault', 'onFatal'] as const) {
    if (typeof own[key] !== 'function') throw refuse(key, 'a function', show(own[key]));
  }
  return own;
}
