/**
 * What all adapters share: their own options are checked where they are declared; what is left goes to `service`
 * or `task`, which checks the options that all children have.
 */
import {
  type ServiceOptions,
  SpecError,
  type TaskOptions,
  type WorkerOptions,
  service,
  task,
} from '@coppice/core';
import { show } from '@coppice/core/kit';
import { CHILD_KEYS } from '../shared/child-options.js';
import { OptionError } from '../shared/option-error.js';
import { unknownKey } from '../shared/unknown-key.js';
import { reading } from '../shared/reading.js';

export interface Check {
  /** What it has to be, in words. */
  readonly expected: string;
  holds(value: unknown): boolean;
  /** May it be left out? */
  readonly optional?: true;
  /** Says how to mend a mistake that is often made. */
  hint?(value: unknown): string | undefined;
  /** Is it no option of the adapter, but one of all children that makes no sense for it? */
  readonly isRefused?: true;
}

/** The options that an adapter has of its own. */
export type Checks = Readonly<Record<string, Check | 'factory' | 'function' | 'function?'>>;

const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value);

/** Text where a number belongs mostly comes from the environment. */
export const numberHint = (value: unknown): string | undefined =>
  typeof value === 'string' ? 'What comes from the environment is text: write Number(...)' : undefined;

export const durationAbove0: Check = {
  expected: 'a finite number of milliseconds above 0',
  holds: (value) => isNumber(value) && value > 0 && value < Infinity,
  hint: numberHint,
};

export const durationFrom0: Check = {
  expected: 'a finite number of milliseconds, 0 or more',
  holds: (value) => isNumber(value) && value >= 0 && value < Infinity,
  hint: numberHint,
};

export const flag: Check = {
  expected: 'true or false',
  holds: (value) => typeof value === 'boolean',
  optional: true,
};

/** An option of all children that makes no sense here is refused, not ignored. */
export const leftOut = (because: string, hint?: string): Check => ({
  expected: `left out: ${because}`,
  holds: (value) => value === undefined,
  hint: () => hint,
  isRefused: true,
});

/** The options as a copy, read once, with those of the adapter checked. */
export function checkOptions<O extends Pick<WorkerOptions, 'id'>>(
  adapter: string,
  options: O,
  checks: Checks,
): O {
  return reading(`${adapter}()`, () => checked(adapter, options, checks));
}

function checked<O extends Pick<WorkerOptions, 'id'>>(adapter: string, options: O, checks: Checks): O {
  if (typeof options !== 'object' || options === null) {
    throw new SpecError('COPPICE_NOT_A_SPEC', {
      expected: `the options of ${adapter}()`,
      got: show(options),
    });
  }
  const own = { ...options };
  const path = typeof own.id === 'string' ? own.id : undefined;
  checkKeys(adapter, own, checks, path);
  for (const [key, check] of Object.entries(checks)) {
    checkOption(adapter, key, own[key as keyof O], check, path);
  }
  return own;
}

/** Before the values: whoever misspells an option that has to be there is told of the one that he wrote. */
function checkKeys(adapter: string, own: object, checks: Checks, path: string | undefined): void {
  const all = [...new Set([...CHILD_KEYS, ...Object.keys(checks)])];
  const key = Object.keys(own).find((each) => !all.includes(each));
  if (key === undefined) return;
  const known = all.filter((each) => (checks[each] as Partial<Check> | undefined)?.isRefused !== true);
  throw unknownKey({ kind: `child of ${adapter}()`, key, known, path });
}

function checkOption(
  adapter: string,
  key: string,
  value: unknown,
  check: Checks[string],
  path: string | undefined,
): void {
  const details = { kind: `child of ${adapter}()`, key, got: show(value), path };
  if (check === 'factory') {
    if (value === undefined) throw new SpecError('COPPICE_MISSING_START', details);
    if (typeof value !== 'function') throw new SpecError('COPPICE_INVALID_START', details);
  } else if (check === 'function' || check === 'function?') {
    if (typeof value === 'function' || (value === undefined && check === 'function?')) return;
    throw new SpecError('COPPICE_INVALID_FUNCTION', details);
  } else {
    if ((value === undefined && check.optional) || check.holds(value)) return;
    throw new OptionError({
      key,
      of: `${adapter}()`,
      expected: check.expected,
      got: show(value),
      hint: check.hint?.(value),
      path,
    });
  }
}

/** Declares the child of an adapter: the options that are not the adapter's own go to `service` or `task`. */
export function declare(
  kind: 'service' | 'task',
  options: WorkerOptions,
  checks: Checks,
  methods: object,
): unknown {
  const rest: Record<string, unknown> = { ...options };
  for (const key of Object.keys(checks)) delete rest[key];
  const spec: unknown = { ...rest, ...methods };
  return kind === 'service'
    ? service(spec as ServiceOptions<unknown, unknown[]>)
    : task(spec as TaskOptions<unknown[]>);
}
