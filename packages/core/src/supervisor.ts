/** `supervisor` and `dynamicSupervisor`: the declarations that can be started. */
import { Handle } from './engine/handle.js';
import type { DynamicSupervisorTree, SupervisorTree } from './engine/handle-types.js';
import { Root } from './engine/root.js';
import type { AnySupervisorSpec } from './engine/supervisor-process.js';
import type { TreeOptions } from './engine/tree.js';
import type {
  DynamicSupervisorOptions,
  DynamicSupervisorSpec,
  SupervisorOptions,
  SupervisorSpec,
} from './spec/types.js';
import { completeSpec } from './spec/validate.js';

/** A declaration that can be started as the root of a tree; `Tree` is the handle of that. */
export interface Declared<Tree> {
  /** A handle on a tree of its own that has not been started: to subscribe first, and then `start()`. */
  handle(options?: TreeOptions): Tree;
  /**
   * Starts a tree of its own; touches nothing global.
   *
   * @throws StartError `COPPICE_START_FAILED` if a child fails to start; those before it are stopped again
   */
  start(options?: TreeOptions): Promise<Tree>;
}

/** A declared supervisor: frozen data, that can be a child, or be started as the root of a tree. */
export interface DeclaredSupervisor extends SupervisorSpec, Declared<SupervisorTree> {}

/** A declared dynamic supervisor: frozen data, that can be a child, or be started as the root of a tree. */
export interface DeclaredDynamicSupervisor<A extends readonly unknown[]>
  extends DynamicSupervisorSpec<A>,
    Declared<DynamicSupervisorTree<A>> {}

/** What declarations can do; not enumerable, so that a spread copy is plain data. */
export const declared = {
  handle(this: AnySupervisorSpec, options: TreeOptions = {}): unknown {
    const root = new Root(this, options);
    return new Handle(root, root.path);
  },
  start(this: AnySupervisorSpec & Declared<SupervisorTree>, options?: TreeOptions): Promise<unknown> {
    return this.handle(options).start();
  },
};

/**
 * Declares a supervisor: it starts its children in order, starts them again as its strategy says when they
 * fail, stops them in reverse order, and gives up when it has to restart too often.
 *
 * @returns the declaration as frozen data; a child for another supervisor, or the root of a tree (`start`)
 * @throws SpecError if an option of it or of one of its children is wrong or unknown
 *
 * @example
 * ```ts
 * const shop = supervisor({ id: 'shop', strategy: 'rest-for-one', children: [db, outbox] });
 * const tree = await shop.start();
 * tree.on('child:crashed', ({ path, error }) => console.error(path, error.message));
 * await tree.stop();
 * ```
 */
export function supervisor(options: SupervisorOptions): DeclaredSupervisor {
  return completeSpec('supervisor', options, '', declared) as DeclaredSupervisor;
}

/**
 * Declares a supervisor of children that come and go while it runs, all made from one template, each with
 * arguments of its own: one for a connection, a device, a game. OTP's `simple_one_for_one`.
 *
 * @throws SpecError if an option of it or of the template is wrong or unknown
 *
 * @example
 * ```ts
 * const connections = dynamicSupervisor({
 *   id: 'connections',
 *   child: task({ id: 'connection', restart: 'temporary', run: (context, socket: Socket) => serve(socket) }),
 * });
 * const tree = await connections.start();
 * await tree.startChild({ args: [socket] });
 * ```
 */
export function dynamicSupervisor<A extends readonly unknown[] = readonly []>(
  options: DynamicSupervisorOptions<A>,
): DeclaredDynamicSupervisor<A> {
  return completeSpec('dynamic-supervisor', options, '', declared) as DeclaredDynamicSupervisor<A>;
}
