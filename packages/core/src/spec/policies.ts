/** Checks the options that go beyond OTP's, and which of them exclude or need each other. */
import { coppiceError } from '../model/errors.js';
import { BOOTS, GIVE_UPS, REPLACES } from '../model/give-up.js';
import { type ChildKind, type ChildPolicy, isSupervisorKind } from '../model/policy.js';
import { check, fill, idOf, isDuration, mapList, oneOf, show } from './checks.js';
import { checkNumber, completeBackoff } from './durations.js';
import { checkOwnLimit } from './limit-check.js';

type Spec = Record<string, unknown>;

/** Those of any child. */
export const POLICY_KEYS = [
  'backoff',
  'giveUp',
  'reviveAfterMs',
  'boot',
  'startTimeoutMs',
  'bindsTo',
  'replace',
  'revision',
];

/** Those of services and tasks; supervisors have `maxRestarts` and `withinMs` for their children. */
export const WORKER_KEYS = ['maxRestarts', 'withinMs', 'classify', 'awaitReady', 'staleAfterMs', 'maxRunMs'];

/** Completes the policies of a child; what is off is left out. */
export function completePolicies(spec: Spec, kind: ChildKind, path: string): void {
  for (const key of [...POLICY_KEYS, ...WORKER_KEYS, 'childBackoff'])
    if (spec[key] === undefined) delete spec[key];
  fill(spec, 'giveUp', 'escalate');
  fill(spec, 'boot', 'fail');
  fill(spec, 'replace', 'stop-then-start');
  oneOf(spec, 'giveUp', GIVE_UPS, 'COPPICE_INVALID_CHOICE', path);
  oneOf(spec, 'boot', BOOTS, 'COPPICE_INVALID_CHOICE', path);
  oneOf(spec, 'replace', REPLACES, 'COPPICE_INVALID_CHOICE', path);
  for (const key of ['reviveAfterMs', 'startTimeoutMs', 'staleAfterMs', 'maxRunMs'])
    checkNumber(spec, key, path);
  for (const key of ['backoff', 'childBackoff']) {
    if (spec[key] !== undefined) spec[key] = completeBackoff(spec[key], key, path);
  }
  if (spec['bindsTo'] !== undefined) spec['bindsTo'] = completeBonds(spec['bindsTo'], path);
  const { revision } = spec;
  if (revision !== undefined && typeof revision !== 'string' && typeof revision !== 'number') {
    const expected = 'a string or a number';
    throw coppiceError('COPPICE_INVALID_CHOICE', {
      key: 'revision',
      expected,
      got: show(revision),
      hint: '',
      path,
    });
  }
  if (!isSupervisorKind(kind)) completeWorker(spec, path);
  checkCombinations(spec, kind, path);
  const complete = spec as unknown as ChildPolicy;
  checkOwnLimit(complete, complete.backoff, path);
}

function completeWorker(spec: Spec, path: string): void {
  fill(spec, 'awaitReady', false);
  if (typeof spec['awaitReady'] !== 'boolean') {
    const got = show(spec['awaitReady']);
    throw coppiceError('COPPICE_INVALID_CHOICE', {
      key: 'awaitReady',
      expected: 'true or false',
      got,
      hint: '',
      path,
    });
  }
  if (spec['classify'] !== undefined && typeof spec['classify'] !== 'function') {
    throw coppiceError('COPPICE_INVALID_FUNCTION', { key: 'classify', got: show(spec['classify']), path });
  }
  if (spec['maxRestarts'] === undefined && spec['withinMs'] === undefined) return;
  fill(spec, 'maxRestarts', 3);
  fill(spec, 'withinMs', 5_000);
  checkLimit(spec, path);
}

/** So many restarts within so long, of a supervisor or of a child. */
export function checkLimit({ maxRestarts, withinMs }: Spec, path: string): void {
  check(isDuration(maxRestarts), 'COPPICE_INVALID_MAX_RESTARTS', maxRestarts, path);
  const isPeriod = typeof withinMs === 'number' && withinMs > 0 && withinMs < Infinity;
  check(isPeriod, 'COPPICE_INVALID_WITHIN', withinMs, path);
}

/** The ids of the siblings; whether they are siblings their supervisor checks. */
function completeBonds(given: unknown, path: string): readonly string[] {
  const fail = (got: string): never => {
    throw coppiceError('COPPICE_INVALID_BINDS_TO', { got, path });
  };
  const ids = mapList(given, (ref) => idOf(ref) ?? fail(`a list with ${show(ref)}`));
  if (!ids) return fail(show(given));
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) fail(`'${twice}' twice`);
  return Object.freeze(ids);
}

/** A pair of options that make no sense together, or one without another. */
function checkCombinations(spec: Spec, kind: ChildKind, path: string): void {
  const refuse = (holds: boolean, problem: string, cure: string): void => {
    if (holds) throw coppiceError('COPPICE_BAD_COMBINATION', { problem, cure, path });
  };
  const { restart, giveUp, backoff, maxRestarts, boot, reviveAfterMs } = spec;
  const has = (key: string): boolean => spec[key] !== undefined;
  const isWorker = !isSupervisorKind(kind);
  const hasLimit = isWorker && has('maxRestarts');
  const isTemporary = restart === 'temporary';
  for (const key of ['backoff', 'classify', 'reviveAfterMs', ...(isWorker ? ['maxRestarts'] : [])]) {
    refuse(
      isTemporary && has(key),
      `${key} has no meaning for a temporary child, which is never started again`,
      `leave ${key} out, or make it transient`,
    );
  }
  refuse(
    isTemporary && (giveUp !== 'escalate' || boot !== 'fail'),
    `${giveUp !== 'escalate' ? 'giveUp' : 'boot'} has no meaning for a temporary child, which is never started again`,
    'leave it out, or make it transient',
  );
  refuse(
    reviveAfterMs !== undefined && giveUp !== 'park',
    `reviveAfterMs is for a child that is parked, but its giveUp is '${String(giveUp)}'`,
    `say giveUp: 'park', or leave reviveAfterMs out`,
  );
  refuse(
    isWorker && giveUp !== 'escalate' && !hasLimit && !has('classify'),
    `giveUp '${String(giveUp)}' without a limit of its own, or a classify: there is nothing at which it could give up`,
    'give it maxRestarts and withinMs',
  );
  refuse(
    hasLimit && maxRestarts === Infinity && giveUp !== 'escalate' && !has('classify'),
    `with maxRestarts Infinity it never gives up, but its giveUp is '${String(giveUp)}'`,
    'give it a finite maxRestarts, or leave giveUp out',
  );
  refuse(
    hasLimit && maxRestarts === 0 && backoff !== undefined && giveUp !== 'keep-trying',
    'with maxRestarts 0 it gives up at its first failure, before the first delay of its backoff',
    'allow some restarts, or leave backoff out',
  );
}

/** Options that say nothing about a child of a dynamic supervisor. */
const NOT_FOR_TEMPLATES: Readonly<Record<string, string>> = {
  boot: 'its children come at run time, each with an answer of its own',
  bindsTo: 'its children come and go',
  replace: 'its children are all made from it',
  revision: 'its children are all made from it',
};

/** What is off is not there; `boot` and `replace` have defaults. */
export function checkTemplatePolicies(template: Readonly<Spec>, path: string): void {
  for (const [key, why] of Object.entries(NOT_FOR_TEMPLATES)) {
    const isOff =
      template[key] === undefined || template[key] === 'fail' || template[key] === 'stop-then-start';
    if (isOff) continue;
    const problem = `${key} has no meaning for the template of a dynamic supervisor: ${why}`;
    throw coppiceError('COPPICE_BAD_COMBINATION', { problem, cure: `leave ${key} out`, path });
  }
}

/** Options that say how a supervisor is dealt with by the one above it: a root has none. */
export function checkRootPolicies(spec: Readonly<Spec>): void {
  const given = POLICY_KEYS.find((key) => {
    const value = spec[key];
    return (
      value !== undefined &&
      !['escalate', 'fail', 'stop-then-start'].includes(value as string) &&
      key !== 'revision'
    );
  });
  if (given === undefined) return;
  throw coppiceError('COPPICE_BAD_COMBINATION', {
    problem: `${given} says how a supervisor is dealt with by the one above it, and the root of a tree has none above it`,
    cure: `leave ${given} out, or make it the child of another supervisor`,
    path: spec['id'],
  });
}
