/** Starts a child of a dynamic supervisor: by its template, or by a declaration of its own. */
import { type CoppiceError, coppiceError } from '../model/errors.js';
import { checkPlace } from '../spec/place.js';
import { checkTemplatePolicies } from '../spec/policies.js';
import { type Options, isRecord, mapList, show } from '../spec/checks.js';
import type { ChildSpec, DynamicSupervisorSpec, Template } from '../spec/types.js';
import { checkId, completeChild } from '../spec/validate.js';
import { ask } from './ask.js';
import { type ChildInfo, infoOf } from './snapshot.js';
import type { SupervisorProcess } from './supervisor-process.js';

const KEYS = ['id', 'args', 'spec'];
const NO_ARGS: readonly unknown[] = [];

/** @param warn - told of a declaration that is allowed but probably not meant */
export function startDynamicChild(
  process: SupervisorProcess,
  given: unknown,
  warn: (spec: ChildSpec) => void,
): Promise<ChildInfo> {
  const { id, args = NO_ARGS, spec } = given === undefined ? {} : checkGiven(given, process.path);
  const template: Template<never> = (process.spec as DynamicSupervisorSpec<never>).child;
  const declared = spec === undefined ? template : ownSpec(process, spec, args !== NO_ARGS);
  if (spec !== undefined) warn(declared);
  const name = id ?? (spec === undefined ? process.nextId() : declared.id);
  return ask(process, { kind: 'start-child', id: name, spec: declared, args }, infoOf);
}

interface Given {
  readonly id?: string | undefined;
  readonly args?: readonly unknown[] | undefined;
  readonly spec?: unknown;
}

function checkGiven(given: unknown, path: string): Given {
  const { id, args, spec, strange } = read(given);
  if (strange !== undefined) {
    const expected = 'id, args, spec';
    const details = { kind: 'child of a dynamic supervisor', key: strange, hint: '', expected, path };
    throw coppiceError('COPPICE_UNKNOWN_KEY', details);
  }
  if (id !== undefined) checkId('child', { id }, path);
  return { id: id as string | undefined, args: args === undefined ? undefined : copyOf(args), spec };
}

interface Read {
  readonly id: unknown;
  readonly args: unknown;
  readonly spec: unknown;
  readonly strange: string | undefined;
}

/** As `readOnce` does, but without a copy: this is called for each connection, and each device. */
function read(given: unknown): Read {
  if (!isRecord(given)) throw notOptions(show(given));
  try {
    return {
      id: own(given, 'id'),
      args: own(given, 'args'),
      spec: own(given, 'spec'),
      strange: strangeKey(given),
    };
  } catch (cause) {
    throw notOptions(`${show(given)} that cannot be read`, cause);
  }
}

const own = (given: Options, key: string): unknown => (Object.hasOwn(given, key) ? given[key] : undefined);

function strangeKey(given: Options): string | undefined {
  for (const key in given) if (!KEYS.includes(key) && Object.hasOwn(given, key)) return key;
  return undefined;
}

function notOptions(got: string, cause?: unknown): CoppiceError {
  const expected = '{ id?, args? } or { id?, spec }';
  const details = { call: 'startChild of a dynamic supervisor', expected, got };
  return coppiceError('COPPICE_INVALID_ARGUMENT', details, cause);
}

/** A function can be called with many more, but not with any number. */
const MAX_ARGS = 10_000;

function copyOf(args: unknown): readonly unknown[] {
  const refuse = (): never => {
    throw coppiceError('COPPICE_INVALID_ARGUMENT', {
      call: 'startChild',
      expected: `args: an array, of ${MAX_ARGS} at most`,
      got: show(args),
    });
  };
  let count = 0;
  return mapList(args, (arg) => (++count > MAX_ARGS ? refuse() : arg)) ?? refuse();
}

/** A declaration in place of the template; what has no meaning for the one has none for the other. */
function ownSpec({ path, spec: above }: SupervisorProcess, given: unknown, hasArgs: boolean): ChildSpec {
  if (hasArgs) {
    throw coppiceError('COPPICE_INVALID_ARGUMENT', {
      call: 'startChild',
      expected: 'either args for the template, or a spec of its own',
      got: 'both',
    });
  }
  const spec = completeChild(given, path);
  checkTemplatePolicies({ ...spec }, `${path}/${spec.id}`);
  checkPlace(spec, above, path);
  return spec;
}
