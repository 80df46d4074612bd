/**
 * Trees that run elsewhere (in a thread, in a process) shown as part of this one: for those who write
 * children that hold such a tree.
 */
import type { EventBody, SupervisionEvent } from '../model/event.js';
import type { Context } from '../spec/types.js';
import { coppiceError } from '../model/errors.js';
import { A_SNAPSHOT, show } from '../spec/checks.js';
import { incarnationOf } from './context.js';
import { isEvent, isSnapshot } from './foreign.js';
import type { Incarnation } from './incarnation.js';
import type { SupervisorSnapshot } from './snapshot.js';

const shown = new WeakMap<Incarnation, SupervisorSnapshot>();

/** Shows a tree that runs elsewhere below the child that holds it. */
export interface Mirror {
  /**
   * From now on the snapshot of this tree has that one below the child, until the incarnation has ended.
   *
   * @throws CommandError `COPPICE_INVALID_ARGUMENT` if it is none; also `relay`
   */
  show(snapshot: SupervisorSnapshot): void;
  /** Tells an event of the other tree to the listeners of this one. */
  relay(event: SupervisionEvent): void;
}

/**
 * The mirror of a child, from the context that its start got. The root of the other tree takes the place of
 * the child: its paths begin with the child's path.
 *
 * @example
 * ```ts
 * const remote = service({
 *   id: 'remote',
 *   start: async (context) => {
 *     const { show, relay } = mirror(context);
 *     const worker = await startElsewhere();
 *     worker.onSnapshot(show);
 *     worker.onEvent(relay);
 *     return worker;
 *   },
 * });
 * ```
 */
export function mirror(context: Context): Mirror {
  const incarnation = incarnationOf(context);
  const { path, process } = incarnation;
  return {
    show: (snapshot) => {
      if (!isSnapshot(snapshot)) throw refused('show', A_SNAPSHOT, snapshot);
      if (!incarnation.isOver) shown.set(incarnation, reroot(snapshot, rootOf(snapshot.path), path));
    },
    relay: (given) => {
      if (!isEvent(given)) throw refused('relay', 'an event, as a tree tells it', given);
      if (incarnation.isOver) return;
      const { seq: _seq, at: _at, ...body } = given;
      const event = reroot(body as EventBody, rootOf(body.path), path);
      process.tree.events.emit(/^(child|listener)/.test(event.type) ? parentOf(event) : event.path, event);
    },
  };
}

const refused = (call: string, expected: string, given: unknown): Error =>
  coppiceError('COPPICE_INVALID_ARGUMENT', { call, expected, got: show(given) });

/** The tree that is shown below an incarnation; null if there is none. */
export const shownBelow = (incarnation: Incarnation): SupervisorSnapshot | null =>
  shown.get(incarnation) ?? null;

const rootOf = (path: string): string => path.split('/', 1)[0]!;

const parentOf = (event: EventBody): string => ('supervisor' in event ? event.supervisor : event.path);

/** The fields of snapshots and events that hold paths. */
const PATHS = new Set(['path', 'supervisor', 'child']);

/** The same data with another root in all of its paths. */
function reroot<T>(value: T, from: string, to: string): T {
  if (Array.isArray(value)) return value.map((each: unknown) => reroot(each, from, to)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => {
    const isPath = PATHS.has(key) && typeof inner === 'string';
    return [key, isPath ? rerootPath(inner, from, to) : reroot(inner, from, to)];
  });
  return Object.fromEntries(entries) as T;
}

const rerootPath = (path: string, from: string, to: string): string =>
  path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
