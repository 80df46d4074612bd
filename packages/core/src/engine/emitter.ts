/**
 * Listeners that cannot harm: one that throws, or whose promise is rejected, is reported once, and neither
 * the other listeners nor the supervisor notice.
 */
import { EventEmitter } from 'eventemitter3';
import { coppiceError } from '../model/errors.js';
import { EVENT_NAMES, type EventName, type EventOf, type SupervisionEvent } from '../model/event.js';
import { closest } from '../model/suggest.js';
import { checkOptions, checkSignal, show } from '../spec/checks.js';
import { BufferedEvents, DEFAULT_BUFFER, type EventStream, type EventsOptions } from './event-stream.js';
import { pending } from './pending.js';

/** What a listener gets, by the name that it subscribes to; `event` is any of them. */
export type EventMap = { readonly [N in EventName]: EventOf<N> } & { readonly event: SupervisionEvent };

type Name = keyof EventMap;

/** A listener for events of one name. It may be async; what it returns is not waited for. */
export type EventListener<N extends keyof EventMap> = (event: EventMap[N]) => unknown;
type Listener = (event: never) => unknown;

/** Subscribes to lifecycle events, as eventemitter3 does. */
export interface Subscribable {
  /** Calls `listener` for each event of that name (`'event'`: for every event), in causal order. */
  on<N extends keyof EventMap>(name: N, listener: EventListener<N>): this;
  /** The same, for the next event of that name only. */
  once<N extends keyof EventMap>(name: N, listener: EventListener<N>): this;
  /** Takes a listener back. */
  off<N extends keyof EventMap>(name: N, listener: EventListener<N>): this;
  /**
   * The events from now on, for a loop. It ends with the tree (`supervisor:stopped` of the root is the last event), and
   * unsubscribes when it is left. A loop that is too slow loses the oldest events; `dropped` counts them.
   *
   * @throws the reason of `signal` when that is aborted; `COPPICE_INVALID_ARGUMENT` at once if an option is wrong
   *
   * @example
   * ```ts
   * for await (const { path, error } of tree.events({ name: 'child:crashed' })) console.error(path, error.message);
   * ```
   */
  events<N extends keyof EventMap = 'event'>(options?: EventsOptions<N>): EventStream<EventMap[N]>;
}

const bystanders = new WeakSet<Listener>();

/**
 * A listener that counts or keeps what it hears, and tells nobody: where an event must not go unheard (the end of
 * a root because of an error, a warning), it is as if it did not listen.
 */
export function bystander<L extends Listener>(listener: L): L {
  bystanders.add(listener);
  return listener;
}

/** What an emitter tells its tree. */
export interface EmitterHost {
  listenersChanged(by: number): void;
  listenerFailed(name: Name, error: unknown): void;
  /** Calls back when the tree has ended. Returns how to call that off. */
  onEnd(end: () => void): () => void;
}

export class Emitter implements Subscribable {
  readonly #host: EmitterHost;
  readonly #listeners = new EventEmitter();
  readonly #guards = new WeakMap<Listener, (event: SupervisionEvent) => void>();
  /** As many listeners as the tree knows of; a listener may subscribe others, or be called inside another. */
  #known = 0;

  constructor(host: EmitterHost) {
    this.#host = host;
  }

  on<N extends Name>(name: N, listener: EventListener<N>): this {
    return this.#change(() => this.#listeners.on(name, this.#guard(name, listener)));
  }

  once<N extends Name>(name: N, listener: EventListener<N>): this {
    return this.#change(() => this.#listeners.once(name, this.#guard(name, listener)));
  }

  off<N extends Name>(name: N, listener: EventListener<N>): this {
    const guard = this.#guards.get(listener);
    return guard ? this.#change(() => this.#listeners.off(name, guard)) : this;
  }

  events<N extends Name = 'event'>(options: EventsOptions<N> = {}): EventStream<EventMap[N]> {
    const { name = 'event' as N, buffer = DEFAULT_BUFFER, signal } = checkEvents(options);
    checkName('events', name);
    return new BufferedEvents(buffer, signal, (stream) => {
      const push = (event: EventMap[N]): void => stream.push(event);
      this.on(name, push);
      const callOff = this.#host.onEnd(() => stream.end());
      return () => {
        callOff();
        this.off(name, push);
      };
    });
  }

  emit(event: SupervisionEvent): void {
    const before = this.#listening(event.type);
    if (before === 0) return;
    this.#listeners.emit(event.type, event);
    this.#listeners.emit('event', event);
    // Those of `once` are gone; whoever came or went by itself has been told of.
    if (this.#listening(event.type) !== before) this.#tellHost();
  }

  #listening(name: EventName): number {
    return this.#listeners.listenerCount(name) + this.#listeners.listenerCount('event');
  }

  /** How many listeners there are. */
  get count(): number {
    return this.#known;
  }

  /** How many would hear an event of this name, and tell somebody? */
  hearers(name: EventName): number {
    const heard = [...this.#listeners.listeners(name), ...this.#listeners.listeners('event')];
    return heard.filter((guard) => !bystanders.has(guard)).length;
  }

  #change(change: () => void): this {
    change();
    this.#tellHost();
    return this;
  }

  #tellHost(): void {
    let count = 0;
    for (const name of this.#listeners.eventNames()) count += this.#listeners.listenerCount(name);
    const by = count - this.#known;
    if (by === 0) return;
    this.#known = count;
    this.#host.listenersChanged(by);
  }

  #guard(name: Name, listener: Listener): (event: SupervisionEvent) => void {
    checkSubscription(name, listener);
    const known = this.#guards.get(listener);
    if (known) return known;
    let isFailing = false;
    const failed = (error: unknown): void => {
      if (isFailing) return;
      isFailing = true;
      this.#host.listenerFailed(name, error);
    };
    const worked = (): void => {
      isFailing = false;
    };
    const guard = (event: SupervisionEvent): void => {
      try {
        const result = pending(listener(event as never));
        if (result) result.then(worked, failed);
        else worked();
      } catch (error) {
        failed(error);
      }
    };
    this.#guards.set(listener, guard);
    if (bystanders.has(listener)) bystanders.add(guard);
    return guard;
  }
}

function checkEvents<N extends Name>(given: EventsOptions<N>): EventsOptions<N> {
  const options = checkOptions('events', given, ['name', 'buffer', 'signal']);
  const { buffer = 1, signal } = options;
  if (!Number.isInteger(buffer) || buffer < 1) {
    const expected = 'buffer: a number of events, 1 or more';
    throw coppiceError('COPPICE_INVALID_ARGUMENT', { call: 'events', expected, got: show(buffer) });
  }
  checkSignal('events', signal);
  return options;
}

/** A misspelt event would never be heard. */
function checkName(call: string, name: unknown): void {
  const names: readonly string[] = [...EVENT_NAMES, 'event'];
  if (names.includes(name as string)) return;
  const near = typeof name === 'string' ? closest(name, names) : undefined;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call,
    expected: "the name of an event, or 'event' for all",
    got: show(name) + (near === undefined ? '' : `, did you mean '${near}'?`),
  });
}

function checkSubscription(name: unknown, listener: unknown): void {
  checkName('on', name);
  if (typeof listener === 'function') return;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call: 'on',
    expected: 'a function',
    got: show(listener),
  });
}
