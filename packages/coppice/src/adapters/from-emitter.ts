/** `fromEmitter`: any resource that tells by events how it is, as a service. */
import { type Context, type Service, type WorkerOptions } from '@coppice/core';
import { show } from '@coppice/core/kit';
import { OptionError } from '../shared/option-error.js';
import { type Check, type Checks, checkOptions, declare } from './options.js';

/** An EventEmitter, or whatever has its `on` and `off`; or an EventTarget. `never` takes in emitters with typed events. */
export type EmitterLike =
  | { on(event: never, listener: never): unknown; off(event: never, listener: never): unknown }
  | {
      addEventListener(event: never, listener: never): unknown;
      removeEventListener(event: never, listener: never): unknown;
    };

/** The name of an event of an emitter, or several; `[]` for none. */
export type EmitterEvents = string | symbol | readonly (string | symbol)[];

/** The options of {@link fromEmitter}. */
export interface FromEmitterOptions<E extends EmitterLike, A extends readonly unknown[] = readonly []>
  extends WorkerOptions {
  /** Called for each incarnation; makes a new one, best without a promise, so that no event can be missed. */
  create(context: Context, ...args: A): E | Promise<E>;
  /** The event (any of several) with which it is up. Default: none, it is up when `create` has returned. */
  readonly ready?: EmitterEvents | undefined;
  /** The events that are a crash, or before `ready` a failed start; their first argument is the error. Default: `'error'`. */
  readonly fail?: EmitterEvents | undefined;
  /** The events with which it has ended by itself, normally. Default: `'close'`. */
  readonly end?: EmitterEvents | undefined;
  /**
   * The events by which it shows itself alive; it is stale, and has crashed, if none comes for `staleAfterMs`.
   * Default: none.
   */
  readonly heartbeat?: EmitterEvents | undefined;
  /** Gives it back: when it is to stop, after it has failed, and if it never got ready. A promise is waited for. */
  stop(resource: E): unknown;
  /** The last resort when `stop` has not ended within `shutdownMs`. */
  readonly kill?: ((resource: E) => unknown) | undefined;
}

const isName = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') || typeof value === 'symbol';

const names: Check = {
  expected: `the name of an event, or an array of names ([] for none)`,
  holds: (value) => (Array.isArray(value) ? value.every(isName) : isName(value)),
  optional: true,
};

const CHECKS: Checks = {
  create: 'factory',
  ready: names,
  fail: names,
  end: names,
  heartbeat: names,
  stop: 'function',
  kill: 'function?',
};

/**
 * A service around an EventEmitter or EventTarget: up with `ready`, crashed with `fail`, ended with `end`. Its
 * listeners are removed when the incarnation has ended, all but that for `'error'`: an error that comes after the end
 * is told of as a late fault, and cannot take the process down.
 *
 * @returns the declaration as frozen data; `use(ref)` gives what `create` made
 * @throws OptionError `COPPICE_INVALID_OPTION`, SpecError: an option is wrong or unknown
 *
 * @example
 * ```ts
 * const watcher = fromEmitter({
 *   id: 'watcher',
 *   create: () => chokidar.watch('inbox'),
 *   ready: 'ready',
 *   stop: (watcher) => watcher.close(),
 * });
 * ```
 */
export function fromEmitter<E extends EmitterLike, A extends readonly unknown[] = readonly []>(
  options: FromEmitterOptions<E, A>,
): Service<E, A> {
  const own = checkOptions('fromEmitter', options, CHECKS);
  checkTogether(own);
  const attach = (resource: E, context: Context): E | Promise<E> => {
    const { signal, fail, end, path } = context;
    if (!isEmitter(resource)) {
      throw new OptionError({
        key: 'create',
        of: 'fromEmitter()',
        expected: 'something with on and off, or with addEventListener and removeEventListener',
        got: show(resource),
        isResult: true,
        path,
      });
    }
    const listen = (events: EmitterEvents, listener: Listener): void => {
      for (const event of listOf(events)) {
        on(resource, event, listener);
        if (event !== 'error') context.defer(() => off(resource, event, listener));
      }
    };
    listen(own.fail ?? 'error', (first) => fail(failureOf(first)));
    // While it stops because it was asked to, its end is what was asked for.
    listen(own.end ?? 'close', () => signal.aborted || end());
    listen(own.heartbeat ?? [], context.heartbeat);
    const ready = listOf(own.ready ?? []);
    if (ready.length === 0 || signal.aborted) return resource;
    // What ends it before it is ready aborts the signal. Then it is handed over as well, so that `stop` gives it back.
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(resource), { once: true });
      listen(ready, () => resolve(resource));
    });
  };
  // In the tick of `create` if there is no promise, so that no event is missed.
  const start = (context: Context, ...args: A): E | Promise<E> => {
    const made = own.create(context, ...args);
    return made instanceof Promise
      ? made.then((resource) => attach(resource, context))
      : attach(made, context);
  };
  const stop = (resource: E): unknown => own.stop(resource);
  const kill = (resource: E): unknown => own.kill?.(resource);
  const methods = { start, stop, ...(own.kill && { kill }) };
  return declare('service', own, CHECKS, methods) as Service<E, A>;
}

/** No option is accepted and then ignored. */
function checkTogether({ id, ready, awaitReady, heartbeat, staleAfterMs }: WorkerOptions & Events): void {
  const refuse = (key: string, because: string, got: unknown): never => {
    throw new OptionError({
      key,
      of: 'fromEmitter()',
      expected: `left out ${because}`,
      got: show(got),
      path: id,
    });
  };
  if (heartbeat !== undefined && staleAfterMs === undefined) {
    refuse('heartbeat', 'without staleAfterMs, which says how long it may take', heartbeat);
  }
  if (awaitReady === true && ready !== undefined) {
    refuse('awaitReady', 'with ready, which is how it is seen that it is up', true);
  }
}

interface Events {
  readonly ready?: EmitterEvents | undefined;
  readonly heartbeat?: EmitterEvents | undefined;
}

type Listener = (...args: unknown[]) => void;
type Emitter = Readonly<Record<'on' | 'off', (event: string | symbol, listener: Listener) => void>>;
type Target = Readonly<
  Record<`${'add' | 'remove'}EventListener`, (event: string, listener: Listener) => void>
>;

const has = (value: unknown, method: string): boolean =>
  typeof (value as Record<string, unknown> | null | undefined)?.[method] === 'function';

const isEmitter = (value: unknown): boolean =>
  (has(value, 'on') && has(value, 'off')) ||
  (has(value, 'addEventListener') && has(value, 'removeEventListener'));

function on(resource: unknown, event: string | symbol, listener: Listener): void {
  if (has(resource, 'on')) (resource as Emitter).on(event, listener);
  else (resource as Target).addEventListener(String(event), listener);
}

function off(resource: unknown, event: string | symbol, listener: Listener): void {
  if (has(resource, 'off')) (resource as Emitter).off(event, listener);
  else (resource as Target).removeEventListener(String(event), listener);
}

const listOf = (events: EmitterEvents): readonly (string | symbol)[] =>
  typeof events === 'string' || typeof events === 'symbol' ? [events] : events;

/** The error of an event: its argument, or what an ErrorEvent carries. */
function failureOf(first: unknown): unknown {
  if (first instanceof Error || typeof first !== 'object' || first === null) return first;
  return (first as { error?: unknown }).error ?? first;
}
