/** What a user gives and gets where children come and go. */
import type { ChildStatus } from '../model/child.js';
import type { ChildKind } from '../model/policy.js';
import type { ChildSpec } from './types.js';

/** A child by its id, or by the declaration that has it. */
export type ChildRef = string | { readonly id: string };

/** On whose behalf a command is given. */
export interface RequestOptions {
  /** Who: shown in the events that follow. A user, a program, a ticket. Default: it is not said. */
  readonly by?: string | undefined;
}

/** One child in a few words, as `whichChildren` lists it. */
export interface ChildInfo {
  /** Its name among its siblings. */
  readonly id: string;
  /** Ids from the root down to the child, joined by `/`. */
  readonly path: string;
  /** What it is. */
  readonly kind: ChildKind;
  /** What it is at. */
  readonly status: ChildStatus;
  /** How often it was started. */
  readonly incarnation: number;
}

/** What a new child of a dynamic supervisor is given. */
export type DynamicChildOptions<A extends readonly unknown[]> = RequestOptions & {
  /** Its name; must be new. Default: the id of the template with a number, like `conn#1`. */
  readonly id?: string | undefined;
} & (A extends readonly []
    ? {
        /** None. */
        readonly args?: A | undefined;
      }
    : {
        /** What its `start` or `run` gets behind the context, in each incarnation. */
        readonly args: A;
      });

/** A new child of a dynamic supervisor that is declared by itself, and not by the template. */
export interface OwnChildOptions extends RequestOptions {
  /** What it is: anything that could be the template. It is not found by `use`: a registry can tell of it. */
  readonly spec: ChildSpec;
  /** Its name; must be new. Default: the id of its declaration. */
  readonly id?: string | undefined;
}

/** Either of the two; by `spec` the compiler knows which, and tells of that one what is wrong with it. */
export type StartChildOptions<A extends readonly unknown[]> =
  | (DynamicChildOptions<A> & { readonly spec?: undefined })
  | OwnChildOptions;

/**
 * The children of a dynamic supervisor, for those who start and end them: what `use` gives of its declaration. It may be
 * kept: it names a place in the tree, and finds the supervisor that is there now.
 *
 * @example
 * ```ts
 * const connections = dynamicSupervisor({
 *   id: 'connections',
 *   child: task({ id: 'connection', restart: 'temporary', run: (_, socket: Socket) => serve(socket) }),
 * });
 * const server = service({
 *   id: 'server',
 *   start: ({ use, log }) =>
 *     createServer((socket) => {
 *       use(connections)
 *         .startChild({ args: [socket] })
 *         .catch((error: unknown) => log.error({ err: error }, 'a connection was not taken'));
 *     }).listen(4000),
 *   stop: (listening) => listening.close(),
 * });
 * ```
 */
export interface DynamicChildren<A extends readonly unknown[]> {
  /**
   * Starts a child from the template, each of whose incarnations gets the same `args`, or one that is declared by itself:
   * `spec`. @throws `COPPICE_START_FAILED`
   */
  startChild(
    ...options: A extends readonly [] ? [child?: StartChildOptions<A>] : [child: StartChildOptions<A>]
  ): Promise<ChildInfo>;
  /** Stops a child. Nothing of it is left. */
  terminateChild(child: ChildRef, options?: RequestOptions): Promise<void>;
  /** One of them as it is now; undefined if there is none. */
  child(ref: ChildRef): ChildInfo | undefined;
}
