/** Starts a child of a dynamic supervisor: by its template, or by a declaration of its own. */
import { coppiceError } from '../model/errors.js';
import { checkPlace } from '../spec/place.js';
import { checkTemplatePolicies } from '../spec/policies.js';
import { show } from '../spec/checks.js';
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
  const { id, args, spec } = given === undefined ? {} : checkGiven(given, process.path);
  const template: Template<never> = (process.spec as DynamicSupervisorSpec<never>).child;
  const declared = spec === undefined ? template : ownSpec(process, spec, args);
  if (spec !== undefined) warn(declared);
  const name = id ?? (spec === undefined ? process.nextId() : declared.id);
  const copied = args === undefined ? NO_ARGS : [...args];
  return ask(process, (to) => ({ kind: 'start-child', id: name, spec: declared, args: copied, to }), infoOf);
}

interface Given {
  readonly id?: string;
  readonly args?: readonly unknown[];
  readonly spec?: unknown;
}

function checkGiven(given: unknown, path: string): Given {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw coppiceError('COPPICE_INVALID_ARGUMENT', {
      call: 'startChild of a dynamic supervisor',
      expected: '{ id?, args? } or { id?, spec }',
      got: show(given),
    });
  }
  for (const key in given) {
    if (!KEYS.includes(key) && Object.hasOwn(given, key)) {
      const details = {
        kind: 'child of a dynamic supervisor',
        key,
        hint: '',
        expected: 'id, args, spec',
        path,
      };
      throw coppiceError('COPPICE_UNKNOWN_KEY', details);
    }
  }
  const { id, args } = given as { readonly id?: unknown; readonly args?: unknown };
  if (id !== undefined) checkId('child', { id }, path);
  if (args !== undefined && !Array.isArray(args)) {
    throw coppiceError('COPPICE_INVALID_ARGUMENT', {
      call: 'startChild',
      expected: 'args: an array',
      got: show(args),
    });
  }
  return given;
}

/** A declaration in place of the template; what has no meaning for the one has none for the other. */
function ownSpec({ path, spec: above }: SupervisorProcess, given: unknown, args: unknown): ChildSpec {
  if (args !== undefined) {
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
