/**
 * What all supervisors of one tree share: the clock, the queue of messages, the listeners, and the
 * incarnations that were abandoned and have not ended yet.
 *
 * Messages are run to completion, one after the other, never one inside another: a tree of any depth needs
 * no deep stack, and whoever calls in from a listener or a start function cannot find a step half done.
 */
import { type EventBody, type EventName, type SupervisionEvent } from '../model/event.js';
import type { Message } from '../model/message.js';
import { Queue } from '../model/queue.js';
import { toWire } from '../model/wire.js';
import { checkOptions } from '../spec/checks.js';
import { type Logger, silentLogger } from '../spec/logger.js';
import { type Clock, realClock } from './clock.js';
import { Emitter, type EmitterHost } from './emitter.js';
import type { FaultScope } from './faults.js';
import type { Incarnation } from './incarnation.js';
import type { SupervisorProcess } from './supervisor-process.js';

/** What a tree runs on. */
export interface TreeOptions {
  /** Where time comes from. Default: the platform's clock. */
  readonly clock?: Clock;
  /** Where the `log` of a child's context goes: pino, or anything shaped like it. Default: nowhere. */
  readonly logger?: Logger;
  /** Runs the code of children so that stray faults can be traced back to them. Default: it is just called. */
  readonly faultScope?: FaultScope;
}

interface Emitters {
  /** What happens at this supervisor and its children. */
  readonly own: Emitter;
  /** What happens at it and anywhere below. */
  readonly subtree: Emitter;
}

/** So many messages are run before the event loop gets a turn. */
const SLICE = 5_000;

export class Tree {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faultScope: FaultScope | undefined;
  /** Incarnations that were not waited for any longer and still run. */
  readonly abandoned = new Set<Incarnation>();
  readonly #emitters = new Map<string, Emitters>();
  #listeners = 0;
  #events = 0;
  readonly #outbox = new Queue<{ readonly path: string; readonly event: SupervisionEvent }>();
  #isEmitting = false;

  readonly #inbox = new Queue<{ readonly to: SupervisorProcess; readonly message: Message }>();
  #isRunning = false;
  #isPaused = false;
  #sinceTurn = 0;
  #soon: (() => void)[] = [];

  constructor(options: TreeOptions) {
    checkOptions('start', options, ['clock', 'logger', 'faultScope']);
    this.clock = options.clock ?? realClock;
    this.logger = options.logger ?? silentLogger;
    this.faultScope = options.faultScope;
  }

  /** Queues a message; it is run when {@link run} gets to it. */
  post(to: SupervisorProcess, message: Message): void {
    this.#inbox.push({ to, message });
  }

  /** Queues a message and runs what is queued, unless that is going on already further up the stack. */
  send(to: SupervisorProcess, message: Message): void {
    this.#inbox.push({ to, message });
    this.run();
  }

  /**
   * For calls that come from inside a user's code: calls `action` in a microtask, with all others of this
   * moment, and runs the messages that they leave only then.
   */
  soon(action: () => void): void {
    if (this.#soon.push(action) > 1) return;
    queueMicrotask(() => {
      const actions = this.#soon;
      this.#soon = [];
      for (const each of actions) each();
      this.run();
    });
  }

  /** Runs all queued messages. A long queue lets the event loop have a turn now and then. */
  run(): void {
    if (this.#isRunning || this.#isPaused) return;
    this.#isRunning = true;
    try {
      for (let next = this.#inbox.shift(); next; next = this.#inbox.shift()) {
        next.to.handle(next.message);
        if (++this.#sinceTurn >= SLICE) {
          this.#pause();
          break;
        }
      }
    } finally {
      // Only a port of the user's, such as a clock, can throw here; the tree must not be deaf after that.
      this.#isRunning = false;
    }
  }

  #pause(): void {
    this.#sinceTurn = 0;
    if (this.#inbox.size === 0) return;
    this.#isPaused = true;
    this.clock.setTimer(() => {
      this.#isPaused = false;
      this.run();
    }, 0);
  }

  /** Does anybody listen anywhere in the tree? */
  get isObserved(): boolean {
    return this.#listeners > 0;
  }

  emittersOf(path: string): Emitters {
    let emitters = this.#emitters.get(path);
    if (!emitters) {
      const host: EmitterHost = {
        listenersChanged: (by) => (this.#listeners += by),
        listenerFailed: (name, error) => this.#listenerFailed(path, name, error),
      };
      emitters = { own: new Emitter(host), subtree: new Emitter(host) };
      this.#emitters.set(path, emitters);
    }
    return emitters;
  }

  /**
   * Delivers an event to those who listen at the supervisor at `path`, and further up. What a listener
   * causes is delivered when all have heard the event that caused it.
   */
  emit(path: string, body: EventBody): void {
    if (!this.isObserved) return;
    const event = { seq: ++this.#events, at: this.clock.now(), ...body } as SupervisionEvent;
    if (this.#isEmitting) return this.#outbox.push({ path, event });
    this.#isEmitting = true;
    this.#deliver(path, event);
    for (let next = this.#outbox.shift(); next; next = this.#outbox.shift())
      this.#deliver(next.path, next.event);
    this.#isEmitting = false;
  }

  #deliver(path: string, event: SupervisionEvent): void {
    this.#emitters.get(path)?.own.emit(event);
    for (const at of upwards(path)) this.#emitters.get(at)?.subtree.emit(event);
  }

  /** How many would hear an event of this name from the supervisor at `path`? */
  hearers(path: string, name: EventName): number {
    let count = this.#emitters.get(path)?.own.hearers(name) ?? 0;
    for (const at of upwards(path)) count += this.#emitters.get(at)?.subtree.hearers(name) ?? 0;
    return count;
  }

  /** A failing listener is told of in an event of its own; if nobody hears that, on the console. */
  #listenerFailed(path: string, name: EventName | 'event', error: unknown): void {
    const itself = name === 'event' ? 1 : 0;
    const heard = name !== 'listener:failed' && this.hearers(path, 'listener:failed') > itself;
    if (heard) this.emit(path, { type: 'listener:failed', path, event: name, error: toWire(error) });
    else console.error(`coppice: a listener for '${name}' at '${path}' failed:`, error);
  }
}

/** A path and all that it goes through, up to the root. */
function* upwards(path: string): Generator<string> {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('/'))) {
    yield at;
    if (!at.includes('/')) return;
  }
}
