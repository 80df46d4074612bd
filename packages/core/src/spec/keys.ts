/** The options of each kind of child, and what is said of one that it does not have. */
import { coppiceError } from '../model/errors.js';
import type { ChildKind } from '../model/policy.js';
import { closest } from '../model/suggest.js';
import { POLICY_KEYS, WORKER_KEYS } from './policies.js';

/** Those of any child. */
export const CHILD_KEYS = [
  'kind',
  'id',
  'restart',
  'significant',
  'shutdownMs',
  'onStuck',
  'required',
  ...POLICY_KEYS,
];
const LIMITS = ['strategy', 'maxRestarts', 'withinMs', 'autoShutdown', 'childBackoff'];

/** In the order in which an error lists them. */
export const KEYS: Readonly<Record<ChildKind, readonly string[]>> = {
  service: [...CHILD_KEYS, ...WORKER_KEYS, 'start', 'stop', 'kill'],
  task: [...CHILD_KEYS, ...WORKER_KEYS, 'run'],
  supervisor: [...CHILD_KEYS, ...LIMITS, 'startOrder', 'children'],
  'dynamic-supervisor': [...CHILD_KEYS, ...LIMITS, 'maxChildren', 'stopOrder', 'child'],
};

export interface Keys {
  /** What has these options, as in 'a pool has no option'. */
  readonly of: string;
  readonly known: readonly string[];
  /** Options of others, and what they are called here. */
  readonly meant?: Readonly<Record<string, string>> | undefined;
}

/** @throws SpecError `COPPICE_UNKNOWN_OPTION` for the first that is not known: one that is misspelt would be ignored */
export function checkKeys(options: object, { of: kind, known, meant = {} }: Keys, path: string): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const near = Object.hasOwn(meant, key) ? meant[key] : closest(key, known);
    throw coppiceError('COPPICE_UNKNOWN_OPTION', {
      kind,
      key,
      path,
      hint: near === undefined ? '' : `, did you mean '${near}'?`,
      expected: known.filter((name) => name !== 'kind').join(', '),
    });
  }
}
