/** Children that do as a script says, run by run; and a user's own that are made to misbehave. */
import { type Context, type Service, type Task, type WorkerOptions, service, task } from '@coppice/core';
import { clockOf, show, standIn, standInAsCopy } from '@coppice/core/kit';
import { type Behaviour, wait } from './behaviour.js';
import { wrongOption } from './errors.js';
import { isPromiseLike } from './promise-like.js';

/** What a child does in some of its runs. */
export interface Scene {
  readonly isIn: (run: number) => boolean;
  readonly behaviours: readonly Behaviour[];
}

/** What a child does, and in which of its runs: a behaviour by itself is for all of them. */
export type Script = readonly (Behaviour | Scene)[];

/**
 * What it does in its nth run: 1 is its first start, 2 the next, ... whatever the reason for it.
 *
 * @example
 * ```ts
 * const db = scripted('db', onRun(2, startsSlowly(100), crashes('connection lost')));
 * ```
 */
export function onRun(run: number, ...behaviours: readonly Behaviour[]): Scene {
  return { isIn: (each) => each === run, behaviours };
}

/**
 * What it does from its nth run on.
 *
 * @example
 * ```ts
 * const flaky = scripted('flaky', onRun(1, crashes()), fromRun(2, stopsSlowly(50)));
 * ```
 */
export function fromRun(run: number, ...behaviours: readonly Behaviour[]): Scene {
  return { isIn: (each) => each >= run, behaviours };
}

const behavioursIn = (run: number, script: Script): Behaviour[] =>
  script.flatMap((each) => ('isIn' in each ? (each.isIn(run) ? each.behaviours : []) : [each]));

/**
 * A service that does as its script says, and otherwise is just up. Its value is the number of its run.
 *
 * @param child - its id; or all options of a service but for its functions
 * @param script - what it does, run by run; without any it works
 *
 * @example
 * ```ts
 * const db = scripted('db', onRun(1, crashes('connection lost', { afterMs: 100 })), onRun(2, failsToStart()));
 * const cache = scripted({ id: 'cache', restart: 'transient', shutdownMs: 100 }, hangsAtStop);
 * ```
 */
export function scripted(child: string | WorkerOptions, ...script: Script): Service<number> {
  const options = typeof child === 'string' ? { id: child } : child;
  return misbehaving(service({ ...options, start: ({ attempt }) => attempt }), ...script);
}

/**
 * The same child, that misbehaves as the script says: for a part of a real application. A reference to the original
 * means it, too: `use(db)` works where it stands in its place (see {@link replace}). Not for supervisors.
 *
 * @param spec - the declaration of a service or a task
 * @throws TestingError `COPPICE_TEST_OPTION` if it is something else
 *
 * @example
 * ```ts
 * const flaky = replace(shop, db, misbehaving(db, onRun(1, startsSlowly(3_000)), onRun(2, crashes('reset'))));
 * await using test = await testTree(flaky);
 * ```
 */
export function misbehaving<S extends { readonly kind: 'service' | 'task' }>(spec: S, ...script: Script): S;
export function misbehaving(spec: Service<unknown, unknown[]> | Task<unknown[]>, ...script: Script): unknown {
  // Not every caller has a compiler.
  const given: typeof spec | undefined = spec;
  if (given?.kind === 'service') return misbehavingService(given, script);
  if (given?.kind === 'task') return misbehavingTask(given, script);
  throw wrongOption('misbehaving()', 'the first argument', 'a service or a task', show(spec));
}

function misbehavingService(spec: Service<unknown, unknown[]>, script: Script): unknown {
  const copy = service<unknown, unknown[]>({
    ...spec,
    start: (context, ...args) => {
      const behaviours = behavioursIn(context.attempt, script);
      return inLife(context, behaviours, (own) => spec.start(own, ...args));
    },
  });
  standInAsCopy(copy, spec);
  return copy;
}

function misbehavingTask(spec: Task<unknown[]>, script: Script): unknown {
  const copy = task<unknown[]>({
    ...spec,
    run: (context, ...args) => {
      const behaviours = behavioursIn(context.attempt, script);
      return inLife(context, behaviours, (own) => spec.run(own, ...args));
    },
  });
  standIn(copy, spec);
  return copy;
}

/** One life: the starts of the behaviours, then what the child really does. Where nothing takes time, neither does it. */
function inLife(
  context: Context,
  behaviours: readonly Behaviour[],
  live: (own: Context) => unknown,
): unknown {
  const isDeaf = behaviours.some((behaviour) => behaviour.isDeaf === true);
  const starts = behaviours.flatMap(({ start }) => (start ? [() => start(context)] : []));
  return inTurn(starts, () => {
    for (const { stop } of behaviours) if (stop) context.defer(() => stop(context));
    for (const { up } of behaviours) up?.(context);
    return live(isDeaf ? deafened(context) : context);
  });
}

/** Calls them one after the other, and then `last`; waits for what takes time. */
function inTurn(acts: readonly (() => unknown)[], last: () => unknown, from = 0): unknown {
  for (let at = from; at < acts.length; at++) {
    const result = acts[at]!();
    if (isPromiseLike(result)) return Promise.resolve(result).then(() => inTurn(acts, last, at + 1));
  }
  return last();
}

/** The context of a child that does not hear that it has to end. */
function deafened(context: Context): Context {
  const { signal } = new AbortController();
  const clock = clockOf(context);
  const sleep = (durationMs: number): Promise<void> => wait(clock, durationMs);
  const own: Readonly<Record<string | symbol, unknown>> = { signal, sleep };
  return new Proxy(context, {
    get: (target, key) =>
      Object.hasOwn(own, key) ? own[key] : (Reflect.get(target, key, target) as unknown),
  });
}
