/**
 * Checks declarations where they stand, before anything has started, and fills in the defaults. What OTP's
 * `check_childspec` and `check_flags` refuse is refused here, and unknown keys as well.
 */
import { coppiceError } from '../model/errors.js';
import type { ChildKind } from '../model/policy.js';
import { ON_STUCK, isSupervisorKind } from '../model/policy.js';
import { START_ORDERS, STOP_ORDERS } from '../model/give-up.js';
import { AUTO_SHUTDOWNS, RESTART_TYPES } from '../model/restart-table.js';
import { STRATEGIES } from '../model/strategy.js';
import {
  type Options,
  check,
  fill,
  isClass,
  isDuration,
  isRecord,
  mapList,
  oneOf,
  readOnce,
  show,
} from './checks.js';
import { KEYS, checkKeys } from './keys.js';
import { checkPlace } from './place.js';
import { checkLimit, checkTemplatePolicies, completePolicies } from './policies.js';
import { inStartOrder } from './start-order.js';
import type { ChildSpec } from './types.js';

const KINDS = Object.keys(KEYS) as readonly ChildKind[];
const STRATEGY_NAMES = Object.keys(STRATEGIES);

/** An option of another kind, and what it is called here. */
const MEANT_BY: Readonly<Partial<Record<ChildKind, Readonly<Record<string, string>>>>> = {
  task: { start: 'run' },
  service: { run: 'start', close: 'stop' },
  supervisor: { start: 'startOrder' },
};

/** Specs that were checked and completed here; they are frozen, so that they stay right. */
const checked = new WeakSet<object>();

/** A complete spec from the options that a user gave; `prototype` carries its methods, if it has any. */
export function completeSpec(
  kind: ChildKind,
  options: unknown,
  above = '',
  prototype: object | null = Object.prototype,
): object {
  const own = readOptions(`a ${kind}`, options, above);
  const path = checkId(kind, own, above);
  checkKeys(own, { of: kind, known: KEYS[kind], meant: MEANT_BY[kind] }, path);
  const spec: Record<string, unknown> = Object.assign(Object.create(prototype) as object, { kind }, own);
  spec['kind'] = kind;
  fill(spec, 'restart', 'permanent');
  fill(spec, 'significant', false);
  fill(spec, 'shutdownMs', isSupervisorKind(kind) ? Infinity : 5_000);
  fill(spec, 'onStuck', 'abandon');
  fill(spec, 'required', kind !== 'task');
  oneOf(spec, 'onStuck', ON_STUCK, 'COPPICE_INVALID_ON_STUCK', path);
  if (isSupervisorKind(kind) && spec['onStuck'] !== 'abandon') {
    throw coppiceError('COPPICE_BAD_COMBINATION', {
      problem: 'onStuck has no meaning for a supervisor, which is stuck only if one of its children is',
      cure: 'give it to that child',
      path,
    });
  }
  check(typeof spec['required'] === 'boolean', 'COPPICE_INVALID_REQUIRED', spec['required'], path);
  oneOf(spec, 'restart', RESTART_TYPES, 'COPPICE_INVALID_RESTART', path);
  check(typeof spec['significant'] === 'boolean', 'COPPICE_INVALID_SIGNIFICANT', spec['significant'], path);
  check(isDuration(spec['shutdownMs']), 'COPPICE_INVALID_SHUTDOWN', spec['shutdownMs'], path);
  if (spec['significant'] === true && spec['restart'] === 'permanent') {
    throw coppiceError('COPPICE_BAD_COMBINATION', {
      problem:
        'a significant child cannot be permanent, since it is always started again and so never ends for good',
      cure: "make it restart: 'transient' or 'temporary'",
      path,
    });
  }
  completePolicies(spec, kind, path);
  if (kind === 'service') checkService(spec, path);
  else if (kind === 'task') checkStart(spec, 'run', kind, path);
  else checkSupervisor(spec, kind, path);
  checked.add(spec);
  return Object.freeze(spec);
}

/** The options of `what`, read once. */
export function readOptions(what: string, options: unknown, above = ''): Record<string, unknown> {
  return readOnce(options, (got, cause) => notASpec(`the options of ${what}`, got, above, cause));
}

/** A child as it stands in `children`: what a helper made, or a spread copy of that. */
export function completeChild(child: unknown, supervisor: string): ChildSpec {
  if (isRecord(child) && checked.has(child)) return child as unknown as ChildSpec;
  const expected = 'the spec of a child';
  const own = readOnce(child, (got, cause) => notASpec(expected, got, supervisor, cause));
  if (own['kind'] === undefined) {
    if (isPromise(child)) throw notASpec(expected, 'a promise, which has to be awaited first', supervisor);
    throw notASpec(expected, show(child), checkId('child', own, supervisor));
  }
  const kind = oneOf(own, 'kind', KINDS, 'COPPICE_INVALID_KIND', supervisor);
  if (levels === MAX_LEVELS) {
    throw notASpec(`children no more than ${MAX_LEVELS} levels deep`, 'more; is one a child of itself?', '');
  }
  levels++;
  try {
    return completeSpec(kind as ChildKind, own, supervisor) as ChildSpec;
  } finally {
    levels--;
  }
}

/** So deep literals may be put into each other: each level is a few calls on the stack. What is complete is not gone into. */
const MAX_LEVELS = 500;

let levels = 0;

const notASpec = (expected: string, got: string, path: string, cause?: unknown): Error =>
  coppiceError('COPPICE_NOT_A_SPEC', { expected, got, path }, cause);

function isPromise(value: unknown): boolean {
  try {
    return typeof (value as Options)['then'] === 'function';
  } catch {
    return false;
  }
}

/** Something to read, in one line, without the character that joins ids to paths. */
const IS_ID = /^(?=.*\S)[^/\p{Cc}]+$/u;

/** Checks the id of a child that comes at run time. */
export function checkId(kind: string, options: Options, above: string): string {
  const id = options['id'];
  if (id === undefined) throw coppiceError('COPPICE_MISSING_ID', { kind, path: above });
  if (typeof id !== 'string' || !IS_ID.test(id)) {
    throw coppiceError('COPPICE_INVALID_ID', { got: show(id), path: above });
  }
  return above === '' ? id : `${above}/${id}`;
}

function checkService(spec: Options, path: string): void {
  checkStart(spec, 'start', 'service', path);
  for (const key of ['stop', 'kill']) {
    if (spec[key] !== undefined && typeof spec[key] !== 'function') {
      throw coppiceError('COPPICE_INVALID_FUNCTION', { key, got: show(spec[key]), path });
    }
  }
}

function checkStart(spec: Options, key: string, kind: ChildKind, path: string): void {
  const start = spec[key];
  if (start === undefined) throw coppiceError('COPPICE_MISSING_START', { kind, key, path });
  if (typeof start !== 'function' || isClass(start)) {
    throw coppiceError('COPPICE_INVALID_START', { key, got: show(start), path });
  }
}

function checkSupervisor(spec: Record<string, unknown>, kind: ChildKind, path: string): void {
  fill(spec, 'strategy', 'one-for-one');
  fill(spec, 'maxRestarts', 3);
  fill(spec, 'withinMs', 5_000);
  fill(spec, 'autoShutdown', 'never');
  oneOf(
    spec,
    'strategy',
    kind === 'supervisor' ? STRATEGY_NAMES : ['one-for-one'],
    'COPPICE_INVALID_STRATEGY',
    path,
  );
  checkLimit(spec, path);
  oneOf(spec, 'autoShutdown', AUTO_SHUTDOWNS, 'COPPICE_INVALID_AUTO_SHUTDOWN', path);
  if (kind === 'dynamic-supervisor') return checkTemplate(spec, path);
  checkStartOrder(spec, path);
  checkChildren(spec, path);
}

function checkStartOrder(spec: Record<string, unknown>, path: string): void {
  fill(spec, 'startOrder', 'sequential');
  oneOf(spec, 'startOrder', START_ORDERS, 'COPPICE_INVALID_CHOICE', path);
  if (spec['startOrder'] !== 'parallel' || spec['strategy'] !== 'rest-for-one') return;
  throw coppiceError('COPPICE_BAD_COMBINATION', {
    problem: `rest-for-one says that each child needs those before it, but startOrder 'parallel' does not wait for them`,
    cure: `use bindsTo to say who needs whom, with strategy 'one-for-one'; or start them in sequence`,
    path,
  });
}

function checkChildren(spec: Record<string, unknown>, path: string): void {
  const { children } = spec;
  const ids = new Set<string>();
  // Holes, too: a list with a comma too many has one.
  const complete = mapList(children, (given) => {
    const child = completeChild(given, path);
    if (ids.has(child.id)) {
      throw coppiceError('COPPICE_DUPLICATE_ID', {
        supervisor: path,
        id: child.id,
        path: `${path}/${child.id}`,
      });
    }
    ids.add(child.id);
    checkPlace(child, spec, path);
    return child;
  });
  if (!complete) throw coppiceError('COPPICE_CHILDREN_NOT_A_LIST', { got: show(children), path });
  spec['children'] = Object.freeze(inStartOrder(complete, path));
}

function checkTemplate(spec: Record<string, unknown>, path: string): void {
  const { maxChildren } = spec;
  if (maxChildren === undefined) delete spec['maxChildren'];
  else if (!Number.isSafeInteger(maxChildren) || (maxChildren as number) < 1) {
    const expected = 'a whole number, 1 or more';
    throw coppiceError('COPPICE_INVALID_NUMBER', {
      key: 'maxChildren',
      expected,
      got: show(maxChildren),
      path,
    });
  }
  fill(spec, 'stopOrder', 'parallel');
  oneOf(spec, 'stopOrder', STOP_ORDERS, 'COPPICE_INVALID_CHOICE', path);
  if (spec['child'] === undefined) {
    throw coppiceError('COPPICE_NOT_A_SPEC', {
      expected: 'child: the template of its children',
      got: 'none',
      path,
    });
  }
  const template = completeChild(spec['child'], path);
  checkTemplatePolicies({ ...template }, `${path}/${template.id}`);
  checkPlace(template, spec, path);
  spec['child'] = template;
}
