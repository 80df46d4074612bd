/** The lifecycle events of one tree: numbered, and delivered to those who listen, in causal order. */
import type { EventBody, EventName, SupervisionEvent } from '../model/event.js';
import { Queue } from '../model/queue.js';
import { toWire } from '../model/wire.js';
import type { Clock } from './clock.js';
import { complain } from './complain.js';
import { Emitter } from './emitter.js';
import type { FaultScope } from './faults.js';
import { pending } from './pending.js';
import { type PortTrouble, hasThrown } from './ports.js';

/** The listeners at one place of the tree. */
export interface Place {
  readonly path: string;
  /** What happens at this supervisor and its children. */
  readonly own: Emitter;
  /** What happens at it and anywhere below. */
  readonly subtree: Emitter;
}

/** So many paths are known by heart; then they are learnt anew. */
const MANY = 1_000;

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

type Stamped = EventBody & { seq?: number; at?: number };

export class EventBus {
  readonly #clock: Clock;
  readonly #trouble: PortTrouble;
  readonly #sink: EventSink | undefined;
  readonly #ends = new Set<() => void>();
  #hasSinkFailed = false;
  readonly #scope: FaultScope | undefined;
  /** The places that have listeners; one that has none any more is forgotten. */
  readonly #places = new Map<string, Place>();
  /** Who hears what happens at a path, in that order: kept until the places change. */
  readonly #routes = new Map<string, readonly Emitter[]>();
  #listeners = 0;
  #count = 0;
  /** Without an event: the end of the tree. */
  readonly #outbox = new Queue<{ readonly path: string; readonly event: SupervisionEvent | undefined }>();
  #isEmitting = false;

  constructor(clock: Clock, scope: FaultScope | undefined, trouble: PortTrouble, sink?: EventSink) {
    this.#clock = clock;
    this.#trouble = trouble;
    this.#sink = sink;
    this.#scope = scope;
  }

  /** Does anybody listen anywhere? If not, no event needs to be made. */
  get isHeard(): boolean {
    return this.#listeners > 0 || (this.#sink !== undefined && this.#isSinkHeard());
  }

  #isSinkHeard(): boolean {
    try {
      return this.#sink?.isHeard === true;
    } catch (error) {
      this.#trouble('eventSink', 'isHeard', hasThrown(error), 'it gets no events until it answers');
      return false;
    }
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
    // The body was made for this event, and belongs to nobody else: a copy would cost more than the rest.
    const event = body as Stamped;
    event.seq = ++this.#count;
    event.at = this.#clock.now();
    this.#post(path, event as SupervisionEvent);
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
    try {
      for (let next = this.#outbox.shift(); next; next = this.#outbox.shift()) {
        if (next.event) this.#deliver(next.path, next.event);
        else for (const end of this.#ends) end();
      }
    } finally {
      this.#isEmitting = false;
    }
  }

  /** How many would hear an event of this name from the supervisor at `path`? */
  hearers(path: string, name: EventName): number {
    return this.#routeOf(path).reduce((count, emitter) => count + emitter.hearers(name), 0);
  }

  #deliver(path: string, event: SupervisionEvent): void {
    if (this.#sink && this.#isSinkHeard()) this.#publish(this.#sink, path, event);
    for (const emitter of this.#routeOf(path)) emitter.emit(event);
  }

  /** Those at `path` itself, and then the places with listeners from there upwards. */
  #routeOf(path: string): readonly Emitter[] {
    const known = this.#routes.get(path);
    if (known) return known;
    const route: Emitter[] = [];
    const here = this.#places.get(path);
    if (here) route.push(here.own);
    for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const place = this.#places.get(at);
      if (place) route.push(place.subtree);
    }
    if (this.#routes.size === MANY) this.#routes.clear();
    this.#routes.set(path, route);
    return route;
  }

  #listenersChanged(place: Place, by: number): void {
    this.#listeners += by;
    this.#routes.clear();
    if (place.own.count + place.subtree.count === 0) this.#places.delete(place.path);
    else this.#places.set(place.path, place);
  }

  #publish(sink: EventSink, path: string, event: SupervisionEvent): void {
    const failed = (error: unknown): void => {
      if (!this.#hasSinkFailed) this.#failed(path, 'eventSink', error);
      this.#hasSinkFailed = true;
    };
    try {
      const later = pending(sink.publish(event));
      if (later) void later.then(undefined, failed);
      else this.#hasSinkFailed = false;
    } catch (error) {
      failed(error);
    }
  }

  /** A failing listener is told of in an event of its own; if nobody hears that, on the console. */
  #failed(path: string, name: EventName | 'event' | 'eventSink', error: unknown): void {
    const itself = name === 'event' ? 1 : 0;
    const isHeard = name !== 'listener:failed' && this.hearers(path, 'listener:failed') > itself;
    if (isHeard) this.emit(path, { type: 'listener:failed', path, event: name, error: toWire(error) });
    else complain(`coppice: a listener for '${name}' at '${path}' failed:`, error);
  }
}
