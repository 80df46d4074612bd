/** The lifecycle events of one tree: numbered, and delivered to those who listen, in causal order. */
import type { EventBody, EventName, SupervisionEvent } from '../model/event.js';
import { Queue } from '../model/queue.js';
import { toWire } from '../model/wire.js';
import type { Clock } from './clock.js';
import { Emitter } from './emitter.js';
import type { FaultScope } from './faults.js';

/** The listeners at one place of the tree. */
export interface Place {
  readonly path: string;
  /** What happens at this supervisor and its children. */
  readonly own: Emitter;
  /** What happens at it and anywhere below. */
  readonly subtree: Emitter;
}

/** Up to so many places with listeners it is quicker to look through them than to walk up a path. */
const FEW = 16;

/**
 * Where all events of a tree go besides its listeners: a channel of the platform, whose subscribers may come and go
 * without the tree.
 */
export interface EventSink {
  /** Does anybody receive? Asked often; while nobody does, no event is made for it. */
  readonly isHeard: boolean;
  /** Called with each event, in causal order. What it throws is reported once, and harms nobody. */
  publish(event: SupervisionEvent): void;
}

export class EventBus {
  readonly #clock: Clock;
  readonly #sink: EventSink | undefined;
  readonly #ends = new Set<() => void>();
  #hasSinkFailed = false;
  readonly #scope: FaultScope | undefined;
  /** The places that have listeners; one that has none any more is forgotten. */
  readonly #places = new Map<string, Place>();
  #listeners = 0;
  #count = 0;
  /** Without an event: the end of the tree. */
  readonly #outbox = new Queue<{ readonly path: string; readonly event: SupervisionEvent | undefined }>();
  #isEmitting = false;

  constructor(clock: Clock, scope: FaultScope | undefined, sink?: EventSink) {
    this.#clock = clock;
    this.#sink = sink;
    this.#scope = scope;
  }

  /** Does anybody listen anywhere? If not, no event needs to be made. */
  get isHeard(): boolean {
    return this.#listeners > 0 || this.#sink?.isHeard === true;
  }

  /** The place of the supervisor at `path`, to subscribe to. */
  at(path: string): Place {
    const known = this.#places.get(path);
    if (known) return known;
    const host = {
      listenersChanged: (by: number): void => this.#listenersChanged(place, by),
      listenerFailed: (name: EventName | 'event', error: unknown): void => this.#failed(path, name, error),
      onEnd: (end: () => void) => this.#onEnd(end),
    };
    const place: Place = { path, own: new Emitter(host), subtree: new Emitter(host) };
    return place;
  }

  /**
   * Delivers an event to those who listen at the supervisor at `path`, and further up. What a listener
   * causes is delivered when all have heard the event that caused it.
   */
  emit(path: string, body: EventBody): void {
    if (!this.isHeard) return;
    const event = { seq: ++this.#count, at: this.#clock.now(), ...body } as SupervisionEvent;
    this.#post(path, event);
  }

  /** The tree has ended: told to those who wait for that, when all events before have been delivered. */
  end(): void {
    if (this.#ends.size > 0) this.#post('', undefined);
  }

  #onEnd(end: () => void): () => void {
    this.#ends.add(end);
    return () => this.#ends.delete(end);
  }

  #post(path: string, event: SupervisionEvent | undefined): void {
    this.#outbox.push({ path, event });
    if (this.#isEmitting) return;
    // What a listener leaves behind is not the fault of the child that the event is about.
    if (this.#scope) this.#scope.outside(() => this.#deliverAll());
    else this.#deliverAll();
  }

  #deliverAll(): void {
    this.#isEmitting = true;
    for (let next = this.#outbox.shift(); next; next = this.#outbox.shift()) {
      if (next.event) this.#deliver(next.path, next.event);
      else for (const end of this.#ends) end();
    }
    this.#isEmitting = false;
  }

  /** How many would hear an event of this name from the supervisor at `path`? */
  hearers(path: string, name: EventName): number {
    let count = this.#places.get(path)?.own.hearers(name) ?? 0;
    for (const { subtree } of this.#upwards(path)) count += subtree.hearers(name);
    return count;
  }

  #deliver(path: string, event: SupervisionEvent): void {
    if (this.#sink?.isHeard) this.#publish(this.#sink, path, event);
    this.#places.get(path)?.own.emit(event);
    for (const { subtree } of this.#upwards(path)) subtree.emit(event);
  }

  /** The places with listeners at `path` and above it, the lowest first. */
  #upwards(path: string): Place[] {
    if (this.#places.size <= FEW) {
      const isAbove = (place: Place): boolean => path === place.path || path.startsWith(`${place.path}/`);
      return [...this.#places.values()].filter(isAbove).sort((a, b) => b.path.length - a.path.length);
    }
    const places: Place[] = [];
    for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const place = this.#places.get(at);
      if (place) places.push(place);
    }
    return places;
  }

  #listenersChanged(place: Place, by: number): void {
    this.#listeners += by;
    if (place.own.count + place.subtree.count === 0) this.#places.delete(place.path);
    else this.#places.set(place.path, place);
  }

  #publish(sink: EventSink, path: string, event: SupervisionEvent): void {
    try {
      sink.publish(event);
      this.#hasSinkFailed = false;
    } catch (error) {
      if (!this.#hasSinkFailed) this.#failed(path, 'eventSink', error);
      this.#hasSinkFailed = true;
    }
  }

  /** A failing listener is told of in an event of its own; if nobody hears that, on the console. */
  #failed(path: string, name: EventName | 'event' | 'eventSink', error: unknown): void {
    const itself = name === 'event' ? 1 : 0;
    const isHeard = name !== 'listener:failed' && this.hearers(path, 'listener:failed') > itself;
    if (isHeard) this.emit(path, { type: 'listener:failed', path, event: name, error: toWire(error) });
    else console.error(`coppice: a listener for '${name}' at '${path}' failed:`, error);
  }
}
