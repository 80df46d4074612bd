/** Children that do as a script says, run by run; and a user's own that are made to misbehave. */
import { type Context, type Service, type Task, type WorkerOptions, service, task } from '@coppice/core';
import { clockOf, readOnce, show, standIn, standInAsCopy, wrapsContext } from '@coppice/core/kit';
import { type Behaviour, wait } from './behaviour.js';
import { count, reading } from './checked.js';
import { wrongOption } from './errors.js';
import { isPromiseLike } from './promise-like.js';

/** What a child does in some of its runs. */
export interface Scene {
  /** Does it apply to the nth run? 1 is the first start. */
  readonly isIn: (run: number) => boolean;
  /** What it does then. */
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
  count('onRun()', 'run', run, 1);
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
  count('fromRun()', 'run', run, 1);
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
  const options = typeof child === 'string' ? { id: child } : readOnce(child, wrongChild);
  return misbehaving(
    service({ ...(options as { id: string }), start: ({ attempt }: Context) => attempt }),
    ...script,
  );
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
  const expected = 'a service or a task';
  return reading('misbehaving()', 'the first argument', expected, spec, () => {
    const given: typeof spec | undefined = spec;
    const scenes = script.map(checkScene);
    if (given?.kind === 'service') return misbehavingService(given, scenes);
    if (given?.kind === 'task') return misbehavingTask(given, scenes);
    throw wrongOption('misbehaving()', 'the first argument', expected, show(spec));
  });
}

const wrongChild = (got: string, cause?: unknown): Error =>
  wrongOption('scripted()', 'the first argument', 'an id, or the options of a service', got, cause);

/** A slip in a script, such as `onRun(1, crashes)`, is to be seen before its run comes. */
function checkScene(given: Behaviour | Scene): Behaviour | Scene {
  const wrong = (value: unknown, cause?: unknown): Error =>
    wrongOption('a script', 'each part', 'a behaviour, or what onRun() gives', show(value), cause);
  const check = (value: unknown): Behaviour => {
    const { start, up, stop } = readOnce(value, (_, cause) => wrong(value, cause));
    for (const each of [start, up, stop])
      if (each !== undefined && typeof each !== 'function') throw wrong(value);
    return value as Behaviour;
  };
  const { isIn, behaviours } = readOnce(given, (_, cause) => wrong(given, cause));
  if (isIn === undefined) return check(given);
  if (typeof isIn !== 'function' || !Array.isArray(behaviours)) throw wrong(given);
  return { isIn: isIn as Scene['isIn'], behaviours: behaviours.map(check) };
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
  const deaf = new Proxy(context, {
    get: (target, key) =>
      Object.hasOwn(own, key) ? own[key] : (Reflect.get(target, key, target) as unknown),
  });
  wrapsContext(deaf, context);
  return deaf;
}
