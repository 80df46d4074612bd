/** What an application says of stray faults: a policy, or a policy and how many of them it may survive. */
import { show } from '@coppice/core/kit';
import {
  FAULT_OPTIONS,
  FAULT_POLICIES,
  type FaultOptions,
  defaultFaultPolicy,
  wrongFaultOption,
} from '../faults/index.js';
import { ApplicationError, hint } from './errors.js';

/** The one way to say it that a fault domain takes. @throws ApplicationError */
export function checkFaults(given: unknown): FaultOptions {
  if (given === undefined) return { policy: defaultFaultPolicy() };
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return checkPolicy(given);
  const own: Partial<Record<keyof FaultOptions, unknown>> = { ...given };
  const known: readonly string[] = FAULT_OPTIONS;
  const unknown = Object.keys(own).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new ApplicationError('COPPICE_APP_INVALID_OPTION', {
      key: 'faults',
      expected: `an object of ${known.join(', ')}`,
      got: show(unknown) + hint(unknown, known),
    });
  }
  const wrong = wrongFaultOption(own);
  if (wrong) {
    const got = wrong.got + suggestion(own.policy);
    throw new ApplicationError('COPPICE_APP_INVALID_OPTION', { ...wrong, key: `faults.${wrong.key}`, got });
  }
  return own as FaultOptions;
}

function checkPolicy(policy: unknown): FaultOptions {
  const wrong = wrongFaultOption({ policy });
  if (!wrong) return { policy } as FaultOptions;
  throw new ApplicationError('COPPICE_APP_INVALID_OPTION', {
    key: 'faults',
    expected: `${wrong.expected}, or an object like { policy: 'contain', maxContained: 20 }`,
    got: wrong.got + suggestion(policy),
  });
}

const suggestion = (policy: unknown): string =>
  typeof policy === 'string' && !FAULT_POLICIES.some((word) => word === policy)
    ? hint(policy, FAULT_POLICIES)
    : '';
