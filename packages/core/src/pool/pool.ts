/** `pool`: declares resources that are lent out. */
import { incarnationOf } from '../engine/context.js';
import type { Startable, SupervisorHandle } from '../engine/handle-types.js';
import { addView } from '../engine/views.js';
import { coppiceError } from '../model/errors.js';
import { show } from '../spec/checks.js';
import { CHILD_KEYS, type Keys, checkKeys } from '../spec/keys.js';
import type { PoolOptions, PoolSpec } from '../spec/pool-types.js';
import { service } from '../spec/service.js';
import type { BackoffOptions, Context, Service, ServiceOptions } from '../spec/types.js';
import { completeChild, completeSpec, readOptions } from '../spec/validate.js';
import { type Declared, declared, dynamicSupervisor } from '../supervisor.js';
import { deskOf } from './desks.js';
import { Slot } from './slot.js';
import { PoolView } from './view.js';

/** A whole tree whose root is a pool. */
export interface PoolTree extends SupervisorHandle, Startable {}

/** A declared pool: frozen data, that can be a child, or be started as the root of a tree. */
export interface DeclaredPool<V> extends PoolSpec<V>, Declared<PoolTree> {}

const RESOURCES = 'resources';
const DESK = 'desk';

/** Of a supervisor it has what is said of its resources. */
const OPTIONS: Keys = {
  of: 'pool',
  known: [...CHILD_KEYS, 'size', 'maxOverflow', 'lazy', 'maxRestarts', 'withinMs', 'childBackoff', 'child'],
  meant: { children: 'child', maxChildren: 'size' },
};

/**
 * Declares a pool of resources, such as connections, that are lent to one borrower at a time. Each resource is a service
 * of its own: when it crashes, lent or not, it is started again as its declaration says, and the limit of the pool
 * counts; when that is exceeded, the pool gives up, and its supervisor decides.
 *
 * It is a supervisor with two children: `resources`, a dynamic supervisor, and `desk`, where they are lent.
 *
 * @returns the declaration as frozen data, and the reference for `use`: `use(db).withResource(...)`
 * @throws SpecError if an option is wrong or unknown
 *
 * @example
 * ```ts
 * const db = pool({
 *   id: 'db',
 *   size: 10,
 *   maxOverflow: 5,
 *   child: service({ id: 'connection', start: () => connect(), stop: (connection) => connection.end() }),
 * });
 * const tree = await supervisor({ id: 'shop', children: [db, web] }).start();
 * const rows = await tree.use(db).withResource((connection) => connection.query('select 1'), { timeoutMs: 1_000 });
 * ```
 */
export function pool<V>(options: PoolOptions<V>): DeclaredPool<V> {
  const given = readOptions('a pool', options);
  const path = typeof given['id'] === 'string' ? given['id'] : '';
  checkKeys(given, OPTIONS, path);
  const { size, maxOverflow = 0, lazy = false, child, ...rest } = given;
  const { maxRestarts, withinMs, childBackoff, ...own } = rest;
  checkWhole('size', size, 1, path);
  checkWhole('maxOverflow', maxOverflow, 0, path);
  if (typeof lazy !== 'boolean') {
    const details = { key: 'lazy', expected: 'true or false', got: show(lazy), hint: '', path };
    throw coppiceError('COPPICE_INVALID_CHOICE', details);
  }
  const resources = dynamicSupervisor<[Slot]>({
    id: RESOURCES,
    ...(maxRestarts !== undefined && { maxRestarts: maxRestarts as number }),
    ...(withinMs !== undefined && { withinMs: withinMs as number }),
    ...(childBackoff !== undefined && { childBackoff: childBackoff as BackoffOptions }),
    child: templateOf(child, path),
  });
  addView(resources, {
    below: `/${DESK}`,
    show: ({ process, path: at, caller }) => new PoolView(process.tree, at, caller),
  });
  const desk = service({
    id: DESK,
    // Two that lend alike are the same for `reconcile`.
    revision: `${String(size)} ${String(maxOverflow)} ${lazy}`,
    // It has to have them, and what it has lent is gone with them.
    bindsTo: [RESOURCES],
    // To close takes no time: no 5 seconds of it in what a stop of the whole may take (`stopBudgetMs`).
    shutdownMs: 100,
    start: async (context: Context): Promise<void> => {
      const incarnation = incarnationOf(context);
      const desk = deskOf(incarnation.process, RESOURCES);
      context.defer(() => desk.close());
      await desk.open({ size: size as number, maxOverflow: maxOverflow as number, lazy }, incarnation);
    },
  });
  // It is the resources that have a limit: when they give up, so does the pool.
  const spec = { ...own, maxRestarts: 0, children: [resources, desk] };
  return completeSpec('supervisor', spec, '', declared) as DeclaredPool<V>;
}

/** All of `size` are started at once; more than that nobody means. */
const MOST = 100_000;

function checkWhole(key: string, value: unknown, least: number, path: string): void {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= MOST) return;
  const expected = `a whole number, ${least} to 100,000`;
  throw coppiceError('COPPICE_INVALID_NUMBER', { key, expected, got: show(value), path });
}

/** One for each declaration, so that what is declared alike is made of the same. */
const templates = new WeakMap<object, Service<unknown, [Slot]>>();

/** The resource as a child of a slot, which follows it. */
function templateOf(given: unknown, path: string): Service<unknown, [Slot]> {
  const spec = completeChild(given, path) as Service;
  if (spec.kind !== 'service') {
    throw coppiceError('COPPICE_NOT_A_SPEC', {
      expected: 'child: a service',
      got: `a ${String(spec['kind'])}`,
      path,
    });
  }
  const refuse = (problem: string, cure: string): never => {
    throw coppiceError('COPPICE_BAD_COMBINATION', { problem, cure, path: `${path}/${spec.id}` });
  };
  // Otherwise one that crashes at once would be replaced for ever, without a limit that counts.
  if (spec.restart !== 'permanent')
    refuse(
      `a resource of a pool is started again when it ends, but its restart is '${spec.restart}'`,
      'leave it out',
    );
  if (spec.giveUp === 'remove')
    refuse(
      `a resource that gives up is not removed, or the pool would only start another one`,
      `say giveUp: 'park'`,
    );
  const known = templates.get(spec);
  if (known) return known;
  const options: ServiceOptions<unknown, [Slot]> = {
    ...(spec as ServiceOptions<unknown, []>),
    start: (context, slot) => {
      if (!(slot instanceof Slot)) {
        throw coppiceError('COPPICE_INVALID_ARGUMENT', {
          call: 'startChild',
          expected: 'that the pool itself starts its resources',
          got: 'a call from elsewhere',
        });
      }
      slot.begin(incarnationOf(context));
      return spec.start(context);
    },
  };
  const template = service<unknown, [Slot]>(options);
  templates.set(spec, template);
  return template;
}
