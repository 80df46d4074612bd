/** The options of a fault domain, and their checks. */
import { CommandError } from '@coppice/core';
import { checkOptions, show } from '@coppice/core/kit';
import type { Fault } from './fault.js';
import { FAULT_POLICIES, type FaultPolicy } from './policy.js';
import type { FaultSource } from './source.js';

/** How a fault domain deals with faults. */
export interface FaultDomainOptions {
  /** What becomes of them. */
  readonly policy: FaultPolicy;
  /** So many faults may be survived within `withinMs`; one more is fatal. Default: 3. */
  readonly maxContained?: number | undefined;
  /** The length of the window in which survived faults are counted, in milliseconds. Default: 60,000. */
  readonly withinMs?: number | undefined;
  /** Is called for every fault, whatever becomes of it: to log it. Must not wait for anything. */
  readonly onFault: (fault: Fault) => void;
  /** `contain`: stop in order and exit with 1. Is called once; later faults go to `onFault` only. */
  readonly onFatal: (fault: Fault) => void;
  /** Where the faults come from. Default: `process`. */
  readonly process?: FaultSource | undefined;
}

/** A misspelt limit would be none that holds, and a missing function be found in the middle of a fault. */
export function checkFaultDomain(options: FaultDomainOptions): FaultDomainOptions {
  const call = 'new FaultDomain()';
  const keys = ['policy', 'maxContained', 'withinMs', 'onFault', 'onFatal', 'process'] as const;
  const own = checkOptions(call, options, keys);
  const check = (key: keyof FaultDomainOptions, expected: string, holds: boolean): void => {
    if (holds) return;
    const details = { call, expected: `${key}: ${expected}`, got: show(own[key]) };
    throw new CommandError('COPPICE_INVALID_ARGUMENT', details);
  };
  const { policy, maxContained = 0, withinMs = 1, onFault, onFatal } = own;
  check('policy', FAULT_POLICIES.map((word) => `'${word}'`).join(', '), FAULT_POLICIES.includes(policy));
  const isCount = maxContained === Infinity || (Number.isSafeInteger(maxContained) && maxContained >= 0);
  check('maxContained', 'a whole number, 0 or more, or Infinity', isCount);
  check('withinMs', 'a number of milliseconds above 0', typeof withinMs === 'number' && withinMs > 0);
  check('onFault', 'a function', typeof onFault === 'function');
  check('onFatal', 'a function', typeof onFatal === 'function');
  return own;
}
