/** Starts a child of a dynamic supervisor: by its template, or by a declaration of its own. */
import { type CoppiceError, coppiceError } from '../model/errors.js';
import { checkPlace } from '../spec/place.js';
import { checkTemplatePolicies } from '../spec/policies.js';
import { isRecord, mapList, show } from '../spec/checks.js';
import type { ChildInfo } from '../spec/dynamic-types.js';
import type { ChildSpec, DynamicSupervisorSpec, Template } from '../spec/types.js';
import { checkId, completeChild } from '../spec/validate.js';
import { Answer } from './ask.js';
import { infoOf } from './snapshot.js';
import type { SupervisorProcess } from './supervisor-process.js';

const NO_ARGS: readonly unknown[] = [];

/** @param root - told of a declaration that is allowed but probably not meant */
export function startDynamicChild(
  process: SupervisorProcess,
  given: unknown,
  root: { warnOf(spec: ChildSpec, path: string): void },
): Promise<ChildInfo> {
  const { id, args, spec, by } = given === undefined ? NOTHING : checkGiven(given, process.path);
  if (spec === undefined) return start(process, id, templateOf(process), args ?? NO_ARGS, by);
  const declared = ownSpec(process, spec, args !== undefined);
  root.warnOf(declared, process.path);
  return start(process, id ?? declared.id, declared, NO_ARGS, by);
}

const templateOf = ({ spec }: SupervisorProcess): Template<never> =>
  (spec as DynamicSupervisorSpec<never>).child;

/** Not by `ask`, which completes a command that is there: this is called for each connection, and each device. */
function start(
  process: SupervisorProcess,
  id: string | undefined,
  spec: ChildSpec,
  args: readonly unknown[],
  by: string | undefined,
): Promise<ChildInfo> {
  const to = new Answer(process, infoOf);
  const asked = by === undefined ? undefined : ({ because: 'request', by } as const);
  process.tree.send(process, {
    type: 'command',
    command: { kind: 'start-child', id, spec, args, to, asked },
  });
  return to.wait();
}

interface Given {
  readonly id?: string | undefined;
  readonly args?: readonly unknown[] | undefined;
  readonly spec?: unknown;
  readonly by?: string | undefined;
}

const NOTHING: Given = {};

/** As `readOnce` does, but without a copy. */
function checkGiven(given: unknown, path: string): Given {
  if (!isRecord(given)) throw notOptions(show(given));
  let id: unknown, args: unknown, spec: unknown, by: unknown, strange: string | undefined;
  try {
    for (const key in given) {
      if (!Object.hasOwn(given, key)) continue;
      if (key === 'id') id = given[key];
      else if (key === 'args') args = given[key];
      else if (key === 'spec') spec = given[key];
      else if (key === 'by') by = given[key];
      else strange ??= key;
    }
  } catch (cause) {
    throw notOptions(`${show(given)} that cannot be read`, cause);
  }
  if (strange !== undefined) {
    const expected = 'id, args, spec, by';
    const details = { kind: 'child of a dynamic supervisor', key: strange, hint: '', expected, path };
    throw coppiceError('COPPICE_UNKNOWN_OPTION', details);
  }
  if (id !== undefined) checkId('child', { id }, path);
  if (by !== undefined && typeof by !== 'string') {
    const details = { call: 'startChild', expected: 'by: a string', got: show(by) };
    throw coppiceError('COPPICE_INVALID_ARGUMENT', details);
  }
  return { id: id as string | undefined, args: args === undefined ? undefined : copyOf(args), spec, by };
}

function notOptions(got: string, cause?: unknown): CoppiceError {
  const expected = '{ id?, args?, by? } or { id?, spec, by? }';
  const details = { call: 'startChild of a dynamic supervisor', expected, got };
  return coppiceError('COPPICE_INVALID_ARGUMENT', details, cause);
}

/** A function can be called with many more, but not with any number. */
const MAX_ARGS = 10_000;

function copyOf(args: unknown): readonly unknown[] {
  const copy = mapList(args, itself, MAX_ARGS);
  if (copy) return copy;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call: 'startChild',
    expected: `args: an array, of ${MAX_ARGS} at most`,
    got: show(args),
  });
}

const itself = (arg: unknown): unknown => arg;

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
